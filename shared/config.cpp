#include "shared/config.hpp"

namespace arouter {

std::string to_string(const SourcePlace& place) {
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_string(const ConfigFault& fault) {
  const std::string place = to_string(fault.place);
  return place.empty() ? fault.message : place + ": " + fault.message;
}

}  // namespace arouter
