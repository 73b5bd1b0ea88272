# Compiler options that every target shares, as the interface target `rondo_options`.

include(CheckCSourceCompiles)
check_c_source_compiles("
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error big-endian
#endif
int main(void) { return 0; }" RONDO_LITTLE_ENDIAN)
if(NOT RONDO_LITTLE_ENDIAN)
  message(FATAL_ERROR "rondo supports little-endian hosts only: compiled modules are little-endian")
endif()

add_library(rondo_options INTERFACE)
target_compile_features(rondo_options INTERFACE c_std_11)
target_compile_definitions(rondo_options INTERFACE _GNU_SOURCE)
target_compile_options(rondo_options INTERFACE
  -fvisibility=hidden -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes
  $<$<BOOL:${RONDO_WERROR}>:-Werror>)
# gcc does not see that an out-parameter is set whenever the call's status is OK; clang and the sanitizers
# find the real cases.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(rondo_options INTERFACE -Wno-maybe-uninitialized)
  target_link_options(rondo_options INTERFACE -Wno-maybe-uninitialized)
endif()
target_compile_definitions(rondo_options INTERFACE
  $<$<BOOL:${RONDO_HOSTILE}>:RDO_HOSTILE=1> $<$<BOOL:${RONDO_COUNT_ATOMICS}>:RDO_COUNT_ATOMICS=1> RDO_VERSION="${PROJECT_VERSION}")
if(RONDO_SANITIZE)
  target_compile_options(rondo_options INTERFACE -fsanitize=${RONDO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rondo_options INTERFACE -fsanitize=${RONDO_SANITIZE})
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)

# The way from a program's import call to its native function crosses three layers; optimising across
# files is worth a sixth of a small model's call. Fat objects keep the static library usable without it.
option(RONDO_LTO "Optimise across files in release builds" ON)
if(RONDO_LTO AND NOT RONDO_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(rondo_options INTERFACE $<$<CONFIG:Release>:-flto=auto;-ffat-lto-objects>)
  target_link_options(rondo_options INTERFACE $<$<CONFIG:Release>:-flto=auto>)
endif()
