# The architecture, as rules that fail. ctest -L architecture
#
#   cmake -DROOT=<source folder> -P rules.cmake
#
# rules_test.cmake shows for each rule that it fails when broken.
cmake_minimum_required(VERSION 3.25)

set(code_folders cli daemon shared tests)

# Source files under `folder`, relative to ROOT, but for those listed after it.
function(list_sources result folder)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.cpp)
  list(FILTER files EXCLUDE REGEX "/node_modules/")
  if(ARGN)
    list(REMOVE_ITEM files ${ARGN})
  endif()
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

# No file under `folder` may have a line that matches `pattern`, except the files listed after it.
function(forbid folder pattern)
  list_sources(files ${folder} ${ARGN})
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} hits REGEX "${pattern}" LIMIT_COUNT 1)
    if(hits)
      message(SEND_ERROR "${file}: '${pattern}' is forbidden in ${folder}/")
    endif()
  endforeach()
endfunction()

# No file that matches `kind` may have more than `limit` lines, except the files listed after it.
function(limit_lines folder kind limit)
  list_sources(files ${folder} ${ARGN})
  list(FILTER files INCLUDE REGEX "${kind}")
  foreach(file IN LISTS files)
    file(READ ${ROOT}/${file} text)
    string(REGEX MATCHALL "\n" newlines "${text}")
    list(LENGTH newlines lines)
    if(lines GREATER limit)
      message(SEND_ERROR "${file}: ${lines} lines; the limit is ${limit}: part it")
    endif()
  endforeach()
endfunction()

# clang-format keeps code within the limit, but leaves long comments and strings alone.
function(limit_columns folder limit)
  list_sources(files ${folder})
  math(EXPR too_long "${limit} + 1")
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} lines LENGTH_MINIMUM ${too_long})
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "[^ -~]+" "?" line "${line}")  # lengths are bytes: a guess at columns
      string(LENGTH "${line}" length)
      if(length GREATER limit)
        message(SEND_ERROR "${file}: a line of ${length} columns; the limit is ${limit}: ${line}")
      endif()
    endforeach()
  endforeach()
endfunction()

# A name must say what is inside.
function(forbid_names pattern)
  foreach(folder IN LISTS code_folders)
    file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*)
    list(FILTER files EXCLUDE REGEX "/node_modules/")
    list(FILTER files INCLUDE REGEX "${pattern}")
    foreach(file IN LISTS files)
      message(SEND_ERROR "${file}: the name says nothing of what is inside")
    endforeach()
  endforeach()
endfunction()

# Every source is built: a file that no CMakeLists.txt names is dead.
function(require_listed folder)
  list_sources(files ${folder})
  list(FILTER files INCLUDE REGEX "\\.cpp$")
  file(GLOB_RECURSE lists RELATIVE ${ROOT} ${ROOT}/${folder}/CMakeLists.txt)
  foreach(list IN LISTS lists)
    cmake_path(GET list PARENT_PATH parent)
    file(READ ${ROOT}/${list} text)
    string(REGEX MATCHALL "[A-Za-z0-9_./-]+\\.cpp" sources "${text}")
    list(TRANSFORM sources PREPEND ${parent}/)
    list(REMOVE_ITEM files ${sources})
  endforeach()
  foreach(file IN LISTS files)
    message(SEND_ERROR "${file}: in no CMakeLists.txt")
  endforeach()
endfunction()

# Every header can be included twice.
function(require_pragma_once folder)
  list_sources(files ${folder})
  list(FILTER files INCLUDE REGEX "\\.hpp$")
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} hits REGEX "^#pragma once" LIMIT_COUNT 1)
    if(NOT hits)
      message(SEND_ERROR "${file}: no #pragma once")
    endif()
  endforeach()
endfunction()

# Includes point one way: cli -> shared <- daemon. cli/main.cpp alone starts the daemon.
forbid(shared "#include \"(cli|daemon|tests)/")
forbid(daemon "#include \"(cli|tests)/")
forbid(cli "#include \"tests/")
forbid(cli "#include \"daemon/" cli/main.cpp)

# shared/ is pure: no sockets, no event loop, no threads.
forbid(shared "#include <(boost/asio|boost/beast|httplib|sys/socket|sys/epoll|netdb)")
forbid(shared "#include <(thread|mutex|shared_mutex|condition_variable|future)>")

# Coroutines start in few places; everything else is awaited by its caller.
forbid(daemon "co_spawn\\(" daemon/daemon.cpp daemon/edge/listener.cpp
  daemon/health_checks.cpp daemon/upstream/pool.cpp
  daemon/upstream/token_fetcher.cpp daemon/worker.cpp)

# g++ 12 copies the temporaries of a conditional with co_await byte by byte and destroys both.
forbid(daemon "\\? *co_await")

# What may lock or start a thread, and nothing else.
set(threads "std::(mutex|shared_mutex|recursive_mutex|thread|jthread|condition_variable|async)")
forbid(daemon "${threads}" daemon/daemon.cpp daemon/ledger/ledger.cpp daemon/worker.cpp
  daemon/worker.hpp daemon/keys/key_store.hpp  # one database, for all loops
  daemon/limits/limiter.hpp  # what users and keys have used, for all loops
  daemon/upstream/lookups.cpp daemon/upstream/resolver.cpp  # the system's look-ups block
  daemon/upstream/endpoint_health.hpp daemon/upstream/provider_health.hpp
  daemon/upstream/token_source.cpp daemon/upstream/token_source.hpp)  # of a provider, for all loops
forbid(cli "${threads}" cli/mock/mock_server.cpp cli/validate/connection.cpp
  cli/validate/runner.cpp)

# Two types of one name are one type for the linker, and it takes the members of either for both.
function(forbid_twins)
  foreach(folder IN LISTS ARGN)
    list_sources(files ${folder})
    list(FILTER files INCLUDE REGEX "\\.hpp$")
    foreach(file IN LISTS files)
      file(STRINGS ${ROOT}/${file} space REGEX "^namespace [^ ]+ {" LIMIT_COUNT 1)
      file(STRINGS ${ROOT}/${file} types REGEX "^(struct|class|enum class) [A-Za-z0-9]+[^;]*{")
      foreach(type IN LISTS types)
        string(REGEX REPLACE "^(struct|class|enum class) ([A-Za-z0-9]+).*" "\\2" name "${type}")
        string(MAKE_C_IDENTIFIER "first_${space}_${name}" first)
        if(DEFINED ${first})
          message(SEND_ERROR "${file}: ${name} is another type in ${${first}}")
        endif()
        set(${first} ${file})
      endforeach()
    endforeach()
  endforeach()
endfunction()
forbid_twins(cli daemon shared)

# One place prints for the CLI; the daemon logs.
set(prints "std::(cout|cerr|clog)|[^a-z_](printf|fprintf|puts|fputs|fwrite|putchar)\\(")
forbid(cli "${prints}" cli/output.cpp cli/validate/validate.cpp)
forbid(daemon "${prints}")

# Heavy headers stay in the few sources that need them.
foreach(folder IN ITEMS cli daemon shared)
  list_sources(sources ${folder})
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  forbid(${folder} "#include <(nlohmann/json|toml\\+\\+|CLI/|httplib)" ${sources})
endforeach()

foreach(folder IN LISTS code_folders)
  limit_lines(${folder} "\\.cpp$" 500)
  # One field for every key of the configuration; one test double with its whole language.
  limit_lines(${folder} "\\.hpp$" 120 shared/config.hpp tests/integration/fake_provider.hpp)
  limit_columns(${folder} 100)
  require_pragma_once(${folder})
  require_listed(${folder})
  forbid(${folder} "(TODO|FIXME)")
endforeach()

forbid_names("(^|/|_)(utils?|helpers?|common|misc|manager|impl|base)(_[a-z]+)?(\\.[a-z]+|/)")
