// Changes to the models of one provider, made in the text of the file that holds it: what is not
// changed stays byte for byte, comments and line ends included.
//
// Every edit is checked by reading both texts: the new one says what the old one said and the
// changes, nothing else, or there is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"

namespace arouter {

/// A value of a model's entry.
struct ModelField {
  std::string table;  // "pricing", "architecture"; "" for the entry itself
  std::string key;
  std::string toml;  // the value as TOML, on one line
};

struct ModelEdit {
  enum class Kind {
    add,          // an entry with these fields, behind the provider's last one
    change,       // these fields, which may be new to it
    comment_out,  // the entry becomes a comment, line by line
  };
  Kind kind = Kind::change;
  std::string id;
  std::vector<ModelField> fields{};  // of one table next to each other
};

/// `text` with `edits` made to the models of `provider`. Errors: bad_request when they are not
/// written as [[provider.model]] below [[provider]], or the text is no TOML; internal when the
/// result would not say just what it should.
Result<std::string> edit_models(std::string_view text, std::string_view provider,
                                const std::vector<ModelEdit>& edits);

}  // namespace arouter
