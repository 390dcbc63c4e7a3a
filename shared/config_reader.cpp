#include "shared/config_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "shared/config/sections.hpp"
#include "shared/config/try_config.hpp"
#include "shared/paths.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr std::size_t kMostFiles = 1'000;

enum class FileRole { main, providers };

void append(std::vector<ConfigFault>& all, std::vector<ConfigFault> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// A text that is read for what stands in a file.
struct StandIn {
  std::string_view file, text;
};

/// What has been read so far.
struct Reading {
  std::optional<StandIn> stand_in{};
  ConfigOutcome outcome{};
  bool whole = true;  // every file could be read as TOML
};

/// Reads every part of `document` into `config`.
void read_document(const TomlValue& document, FileRole role, Config& config, FaultList& faults) {
  TableReader root(document, "", faults);
  if (role == FileRole::main) {
    read_server(root, config);
    read_ledger(root, config);
    read_logging(root, config);
    read_limits(root, config);
    read_routing(root, config);
    for (TableReader& each : root.tables("alias")) config.aliases.push_back(read_alias(each));
  } else {
    for (const std::string_view key :
         {"server", "auth", "ledger", "logging", "limits", "routing", "alias"}) {
      if (root.find(key) != nullptr) root.fault(key, "may stand in the main file only");
    }
  }
  for (TableReader& each : root.tables("provider")) {
    config.providers.push_back(read_provider(each));
  }
  for (TableReader& each : root.tables("model")) config.models.push_back(read_shared_model(each));
  root.finish();
}

/// Adds what `text` says; what only the whole shows is not checked yet.
void add_text(Reading& reading, std::string_view text, const std::string& file, FileRole role) {
  reading.outcome.config.files.push_back(file);
  FaultList faults(file);
  const TomlValue document = decode_toml(text, faults);
  if (!faults.empty()) reading.whole = false;
  read_document(document, role, reading.outcome.config, faults);
  append(reading.outcome.faults, faults.take());
}

struct FileText {
  std::string text;
  bool private_mode = false;  // nobody but the owner may read or write it
};

/// At most one byte more than the cap, which decode_toml then refuses. Devices are read as well:
/// /dev/null is an empty configuration.
Result<FileText> read_file(const std::filesystem::path& path) {
  const auto fail = [](const char* why) {
    return client_error(ErrorKind::bad_request, std::string(why));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return fail(errno == ENOENT ? "there is no such file" : "cannot be opened");
  FileText result;
  struct stat info {};
  const bool readable =
      ::fstat(file, &info) == 0 && (S_ISREG(info.st_mode) || S_ISCHR(info.st_mode));
  ssize_t size = readable ? 1 : -1;
  while (size > 0 && result.text.size() <= kMostBytes) {
    char buffer[16 * 1024];
    size = ::read(file, buffer, sizeof buffer);
    if (size > 0) result.text.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(file);
  if (!readable) return fail("is not a file");
  if (size < 0) return fail("cannot be read");
  result.private_mode = (info.st_mode & 077) == 0;
  return result;
}

/// Keys that stand in `file` itself, which others may read.
void refuse_loose_keys(const Config& config, const std::string& file,
                       std::vector<ConfigFault>& faults) {
  const auto check = [&](const SecretRef& secret) {
    if (secret.kind != SecretRef::Kind::value || secret.place.file != file) return;
    faults.push_back({secret.place, "a key stands in a file that others can read; run: chmod 600 " +
                                        file + " (or name the key by env or file)"});
  };
  for (const ProviderConfig& provider : config.providers) {
    for (const KeyConfig& key : provider.keys) check(key.secret);
    if (provider.oauth2) check(provider.oauth2->client_secret);
    const ProxyConfig& proxy = provider.proxy;
    if (proxy.place.file != file || proxy.url.reveal().find('@') == std::string_view::npos)
      continue;
    faults.push_back(
        {proxy.place, "a password stands in a file that others can read; run: chmod 600 " + file +
                          " (or name the proxy in HTTPS_PROXY)"});
  }
}

void add_file(Reading& reading, const std::filesystem::path& path, FileRole role) {
  const std::string name = path.string();
  ConfigOutcome& outcome = reading.outcome;
  const Result<FileText> file = read_file(path);
  if (!file) {
    reading.whole = false;
    outcome.config.files.push_back(name);
    outcome.faults.push_back({{name}, file.error().message});
    return;
  }
  const bool stands_in = reading.stand_in && reading.stand_in->file == name;
  add_text(reading, stands_in ? reading.stand_in->text : std::string_view(file->text), name, role);
  if (!file->private_mode) refuse_loose_keys(outcome.config, name, outcome.faults);
}

/// The files of providers.d by name; none when there is no such folder.
std::vector<std::filesystem::path> provider_files(const std::filesystem::path& main_file) {
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  std::filesystem::directory_iterator each(main_file.parent_path() / "providers.d", failure);
  for (; !failure && each != std::filesystem::directory_iterator() && files.size() < kMostFiles;
       each.increment(failure)) {
    const std::string name = each->path().filename().string();
    if (name.ends_with(".toml") && !name.starts_with('.')) files.push_back(each->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

ConfigOutcome checked(Reading reading) {
  ConfigOutcome& outcome = reading.outcome;
  // A file that could not be read would make every name that refers into it dangle.
  if (reading.whole) append(outcome.faults, check_links(outcome.config));
  outcome.faults = in_order(std::move(outcome.faults), outcome.config.files);
  return std::move(outcome);
}

std::optional<std::filesystem::path> existing(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  return std::nullopt;
}

}  // namespace

ConfigOutcome decode_config(std::string_view text, std::string_view file) {
  Reading reading;
  add_text(reading, text, std::string(file), FileRole::main);
  return checked(std::move(reading));
}

namespace {

ConfigOutcome read_files(const std::filesystem::path& path, Reading reading) {
  if (path.empty()) {
    const std::string own = (config_dir() / "arouter.toml").string();
    reading.outcome.faults.push_back(
        {{}, "there is no configuration: looked for " + own + " and /etc/arouter/arouter.toml"});
    return std::move(reading.outcome);
  }
  add_file(reading, path, FileRole::main);
  for (const std::filesystem::path& each : provider_files(path)) {
    add_file(reading, each, FileRole::providers);
  }
  return checked(std::move(reading));
}

}  // namespace

ConfigOutcome read_config(const std::filesystem::path& path) {
  return read_files(path, {});
}

ConfigOutcome try_config(const std::filesystem::path& path, std::string_view file,
                         std::string_view text) {
  return read_files(path, {.stand_in = StandIn{file, text}});
}

std::vector<std::string> config_keys() {
  // One of every table: its reader then asks for every key, whatever stands there.
  constexpr std::string_view kSkeleton = R"(
    server = {}
    auth = {}
    ledger = {}
    logging = {}
    limits = { key = {}, user = {}, total = {}, model = {} }
    routing = {}
    [[alias]]
    [[provider]]
    keys = [{ limits = {} }]
    oauth2 = { client_secret = {} }
    service_account = {}
    client_cert = {}
    health_check = {}
    breaker = {}
    data_policy = {}
    limits = {}
    timeouts = {}
    [[provider.model]]
    architecture = {}
    pricing = { overrides = [{}] }
    data_policy = {}
    timeouts = {}
    [[model]]
    [[model.endpoints]]
    pricing = { overrides = [{}] }
    data_policy = {}
  )";
  FaultList faults("");
  Config ignored;
  read_document(decode_toml(kSkeleton, faults), FileRole::main, ignored, faults);
  return {faults.keys().begin(), faults.keys().end()};
}

std::filesystem::path find_config(std::string_view option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("AROUTER_CONFIG");
  if (variable != nullptr && *variable != '\0') return variable;
  if (const auto own = existing(config_dir() / "arouter.toml")) return *own;
  return existing("/etc/arouter/arouter.toml").value_or(std::filesystem::path());
}

}  // namespace arouter
