# The manual pages say what the program says of itself: every command and option of its help, every
# key of its configuration.
#
#   cmake -DROOT=<source folder> -DAROUTER=<arouter> -P docs.cmake
cmake_minimum_required(VERSION 3.25)

function(ask result)
  execute_process(COMMAND ${AROUTER} ${ARGN}
    OUTPUT_VARIABLE output RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "arouter ${ARGN}: exit code ${code}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

# The part of the page that is about one command: from its heading to the next.
function(find_section result heading)
  string(FIND "${page}" "\n.Ss ${heading}\n" begin)
  if(begin EQUAL -1)
    set(${result} "" PARENT_SCOPE)
    return()
  endif()
  string(LENGTH "\n.Ss ${heading}" skip)
  math(EXPR begin "${begin} + ${skip}")
  string(SUBSTRING "${page}" ${begin} -1 rest)
  string(REGEX REPLACE "\n\\.S[sh] .*" "" rest "${rest}")
  set(${result} "${rest}" PARENT_SCOPE)
endfunction()

# `words`: the command as a list, such as models;show; none for the program itself.
function(check_command)
  ask(help ${ARGN} --help)
  string(REGEX REPLACE "\n\n(Examples?|Exit code):.*" "" help "${help}\n")

  string(JOIN " " name arouter ${ARGN})
  if(ARGN)
    find_section(section "${name}")
    if(section STREQUAL "")
      message(SEND_ERROR "arouter.1: no section on '${name}'")
    endif()
  else()
    set(section "${page}")
  endif()
  string(REGEX MATCHALL "\n  (-[A-Za-z],)?--[a-z-]+" options "${help}")
  foreach(option IN LISTS options)
    string(REGEX REPLACE ".*--" "" option "${option}")
    if(option STREQUAL "help" AND ARGN)
      continue()
    endif()
    string(REGEX MATCH "(Fl|\\|) -${option}[ \n]" hit "${section}")
    if(NOT hit)
      message(SEND_ERROR "arouter.1: '${name}' without --${option}")
    endif()
  endforeach()

  string(FIND "${help}" "\nSubcommands:\n" at)
  if(NOT at EQUAL -1)
    string(SUBSTRING "${help}" ${at} -1 list)
    string(REGEX MATCHALL "\n  [a-z][a-z-]*" commands "${list}")
    foreach(command IN LISTS commands)
      string(STRIP "${command}" command)
      check_command(${ARGN} ${command})
    endforeach()
  endif()
endfunction()

file(READ ${ROOT}/man/arouter.1 page)
string(REPLACE ";" "," page "${page}")
check_command()

file(READ ${ROOT}/man/arouter.toml.5 page)
ask(keys config keys)
string(REGEX MATCHALL "[^\n]+" keys "${keys}")
foreach(key IN LISTS keys)
  # The page refers to these tables where they come a second time.
  string(REGEX REPLACE "^model\\.endpoints\\.pricing\\." "provider.model.pricing." key "${key}")
  string(REGEX REPLACE "^(model\\.endpoints|provider\\.model)\\.data_policy\\." "provider.data_policy."
    key "${key}")
  string(REGEX REPLACE "^provider\\.model\\.timeouts\\." "provider.timeouts." key "${key}")
  string(REGEX REPLACE "^provider\\.oauth2\\.client_secret\\." "provider.keys." key "${key}")
  string(REGEX REPLACE "\\.pricing\\.overrides\\.([a-z]+|i[a-z_]+|web_search)$" ".pricing.\\1"
    key "${key}")
  string(REPLACE "." "\\." pattern "${key}")
  if(NOT page MATCHES "\n\\.(It Cm|Ss Tables?) ${pattern}\n")
    message(SEND_ERROR "arouter.toml.5: no ${key}")
  endif()
endforeach()

find_program(mandoc mandoc)
if(mandoc)
  foreach(file IN ITEMS arouter.1 arouter.toml.5)
    execute_process(COMMAND ${mandoc} -T lint ${ROOT}/man/${file} OUTPUT_VARIABLE remarks)
    # Whether other pages are installed on this machine says nothing about this one.
    string(REGEX REPLACE "[^\n]*referenced manual not found[^\n]*\n" "" remarks "${remarks}")
    if(remarks)
      message(SEND_ERROR "${remarks}")
    endif()
  endforeach()
endif()
