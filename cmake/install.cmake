# What a user gets: both libraries, headers, the command with its models, a CMake package and a
# pkg-config file. The prefix may be moved afterwards: nothing below contains an absolute path.

include(CMakePackageConfigHelpers)

install(TARGETS rondo_static rondo_shared EXPORT rondoTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/rondo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md NEWS.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

# The command finds the models beside itself, at ../share/rondo/models, and the script of --solver=cpsat above them. The ONNX sources stay in the
# repository: the modules carry their weights.
if(TARGET rondo)
  install(TARGETS rondo RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES tools/cpsat.py DESTINATION ${CMAKE_INSTALL_DATADIR}/rondo)
  install(DIRECTORY models/ DESTINATION ${CMAKE_INSTALL_DATADIR}/rondo/models
    FILES_MATCHING PATTERN "*.vmfb" PATTERN "*.npy" PATTERN "README.md" PATTERN "bench" EXCLUDE)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rondo)
install(EXPORT rondoTargets NAMESPACE rondo:: DESTINATION ${package_dir})
configure_package_config_file(cmake/rondoConfig.cmake.in ${PROJECT_BINARY_DIR}/rondoConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rondoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rondoConfig.cmake ${PROJECT_BINARY_DIR}/rondoConfigVersion.cmake DESTINATION ${package_dir})

# The prefix relative to the file itself: from <libdir>/pkgconfig as many steps up as libdir has parts.
string(REGEX REPLACE "[^/]+" ".." steps_up "${CMAKE_INSTALL_LIBDIR}")
set(PC_PREFIX "\${pcfiledir}/../${steps_up}")
set(PC_DL "")
if(CMAKE_DL_LIBS)
  set(PC_DL "-l${CMAKE_DL_LIBS}")
endif()
get_property(PC_REQUIRES_PRIVATE GLOBAL PROPERTY RDO_JSON_LIBRARY)
configure_file(cmake/rondo.pc.in ${PROJECT_BINARY_DIR}/rondo.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rondo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
