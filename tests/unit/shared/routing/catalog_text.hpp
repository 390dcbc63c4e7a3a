// A catalogue written as a person would write it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string_view>

#include "shared/catalog.hpp"
#include "shared/config_reader.hpp"

namespace arouter {

inline std::shared_ptr<const Catalog> catalog_from(std::string_view toml) {
  const ConfigOutcome read = decode_config(toml, "a.toml");
  for (const ConfigFault& fault : read.faults) FAIL(to_string(fault));
  CatalogOutcome built = build_catalog(read.config);
  for (const ConfigFault& fault : built.faults) FAIL(to_string(fault));
  return built.catalog;
}

}  // namespace arouter
