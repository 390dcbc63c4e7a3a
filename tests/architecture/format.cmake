# All sources are formatted as .clang-format says.
#
#   cmake -DROOT=<source folder> -P format.cmake
#
# Versions of clang-format differ in small things: 14, Debian 12's, is the one that counts.
cmake_minimum_required(VERSION 3.25)

find_program(clang_format NAMES clang-format-14 clang-format)
if(NOT clang_format)
  message("skipped: no clang-format")
  return()
endif()
execute_process(COMMAND ${clang_format} --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "version 14\\.")
  message("skipped: clang-format 14 is wanted, not ${version}")
  return()
endif()

set(files)
foreach(folder IN ITEMS cli daemon shared tests)
  file(GLOB_RECURSE found RELATIVE ${ROOT} ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.cpp)
  list(FILTER found EXCLUDE REGEX "/node_modules/")
  list(APPEND files ${found})
endforeach()
execute_process(COMMAND ${clang_format} --dry-run -Werror ${files}
  WORKING_DIRECTORY ${ROOT} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "clang-format -i the files named above")
endif()
