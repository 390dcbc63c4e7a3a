// Where the program under test and the tree are. Asked for at run time, so that one source alone
// depends on the folder that it is built in, and a compiler cache serves the same tree anywhere.
#pragma once

#include <filesystem>
#include <string>

namespace arouter {

/// The built arouter.
std::string binary_path();
std::filesystem::path source_folder();

}  // namespace arouter
