# rdo_layer(<name> SOURCES <files> USES <layers>): one folder of src/.
#
# USES is the only list of what a layer may include: its headers are found through this list alone in
# spirit, and the `tidy` test holds every #include against it.

function(rdo_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;USES" ${ARGN})
  add_library(rdo_${name} OBJECT ${LAYER_SOURCES})
  set_target_properties(rdo_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(rdo_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(rdo_${name} PRIVATE rondo_options)
  set_property(GLOBAL APPEND PROPERTY RDO_LAYERS ${name})
  set_property(GLOBAL PROPERTY RDO_USES_${name} ${LAYER_USES})
endfunction()
