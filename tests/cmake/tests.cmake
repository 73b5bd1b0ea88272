# Helpers to register tests.

# rdo_test(<name> COMMAND <command...> [LABELS <labels>] [TIMEOUT <seconds>])
function(rdo_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${TEST_COMMAND})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}")
endfunction()

# Options of test programs. They link the plain code of the fat objects: optimising across files for
# every program would double the time of a build, and the command and its tests cover that form.
add_library(rondo_test_options INTERFACE)
target_link_libraries(rondo_test_options INTERFACE rondo_options)
if(RONDO_LTO AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_link_libraries(rondo_test_options INTERFACE -fno-lto)  # an item, so that it comes after -flto
endif()

# rdo_unit_tests(<layer> [NOUNS <nouns>] [THREADS <nouns>] [SOURCES <more files of all of them>])
#
# tests/unit/<layer>/<noun>.c becomes the program unit_<layer>_<noun> and the test unit/<layer>/<noun>.
# It may include the headers of src/ and sees the library's internal functions: it links the static one.
# THREADS are the nouns whose tests start threads.
function(rdo_unit_tests layer)
  cmake_parse_arguments(UNIT "" "" "NOUNS;THREADS;SOURCES" ${ARGN})
  list(TRANSFORM UNIT_SOURCES PREPEND ${layer}/)
  foreach(noun ${UNIT_NOUNS} ${UNIT_THREADS})
    set(program unit_${layer}_${noun})
    add_executable(${program} ${layer}/${noun}.c ${UNIT_SOURCES})
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/${layer})
    target_link_libraries(${program} PRIVATE rondo::rondo_static rondo_test_options cmocka)
    set(label "")
    if(noun IN_LIST UNIT_THREADS)
      set(label LABELS thread)
    endif()
    rdo_test(unit/${layer}/${noun} COMMAND ${program} ${label})
  endforeach()
endfunction()

# Makes the target `cmocka`: the library, or in cross builds, for whose machine no distribution has it,
# the few macros of it that our tests use (tests/support/cmocka).
function(rdo_find_cmocka)
  if(CMAKE_CROSSCOMPILING)
    add_library(cmocka INTERFACE)
    target_include_directories(cmocka INTERFACE ${PROJECT_SOURCE_DIR}/tests/support/cmocka)
    return()
  endif()
  find_library(RONDO_CMOCKA_LIBRARY cmocka)
  find_path(RONDO_CMOCKA_INCLUDE_DIR cmocka.h)
  mark_as_advanced(RONDO_CMOCKA_LIBRARY RONDO_CMOCKA_INCLUDE_DIR)
  if(RONDO_CMOCKA_LIBRARY AND RONDO_CMOCKA_INCLUDE_DIR)
    add_library(cmocka INTERFACE)
    target_include_directories(cmocka SYSTEM INTERFACE ${RONDO_CMOCKA_INCLUDE_DIR})
    target_link_libraries(cmocka INTERFACE ${RONDO_CMOCKA_LIBRARY})
  endif()
endfunction()

# rdo_virtual_test(<layer> <noun> [ARGUMENTS <arguments>])
#
# A unit test that runs on a virtual clock, tests/support/virtual_clock.h.
function(rdo_virtual_test layer noun)
  cmake_parse_arguments(TEST "" "" "ARGUMENTS" ${ARGN})
  set(program unit_${layer}_${noun})
  add_executable(${program} ${noun}.c ${PROJECT_SOURCE_DIR}/tests/support/virtual_clock.c)
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(${program} PRIVATE rondo::rondo_static rondo_test_options cmocka)
  foreach(function clock_gettime rdo_clock_spin_ns rdo_futex_wait rdo_futex_wake rdo_futex_wake_all pthread_create pthread_join pthread_cond_wait
                   getrusage rdo_urgent_is_allowed rdo_margin_measure rdo_dispatch_run)
    target_link_options(${program} PRIVATE -Wl,--wrap=${function})
  endforeach()
  rdo_test(unit/${layer}/${noun} COMMAND ${program} ${TEST_ARGUMENTS} LABELS thread)
  set_tests_properties(unit/${layer}/${noun} PROPERTIES ENVIRONMENT "${RONDO_TEST_ENVIRONMENT}")
endfunction()
