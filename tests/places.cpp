#include "tests/places.hpp"

namespace arouter {

std::string binary_path() {
  return AROUTER_BINARY;
}

std::filesystem::path source_folder() {
  return AROUTER_SOURCE_DIR;
}

}  // namespace arouter
