// Fetches what a SecretRef names: from the environment, a file or systemd's credentials.
#pragma once

#include "shared/config.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

/// The secret, ready for a header: visible ASCII, blanks and line ends around it removed.
/// Relative file names are relative to the folder of the configuration file that names them.
/// Errors: bad_request that says what to do; the secret itself is never part of the text.
Result<Secret> fetch_secret(const SecretRef& reference);

/// The same for a whole document, such as a service account: several lines, up to 16 KiB.
Result<Secret> fetch_document(const SecretRef& reference);
/// Whether `path` is a file that nobody but its owner can read; it is not read.
/// Errors: bad_request that says what to do.
Result<void> check_private_file(const std::string& path);
/// "env ACME_KEY": where the secret comes from, fit for a log; never the secret, also when that was
/// written where a name belongs.
std::string source_name(const SecretRef& reference);

/// The key in the variable that an option such as --key-env names. Errors: bad_request; a name that
/// may be a pasted key is never part of the text.
Result<Secret> fetch_named_key(const std::string& option, const std::string& name);

/// A name as shells take it: [A-Za-z_][A-Za-z0-9_]*.
bool is_variable_name(std::string_view name) noexcept;

/// `path` as written in the configuration file `file`: "~" resolved, relative to that file.
std::string path_beside(const std::string& path, const std::string& file);

}  // namespace arouter
