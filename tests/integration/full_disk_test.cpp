// A full disk under the ledger: rows are kept, what cannot be booked is refused, nothing is lost.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr std::size_t kMostRowBytes = 2'048;  // that a row takes in the journal
constexpr int kAtOnce = 16;                   // requests sent behind one another

/// Starts what follows with a small file system of its own at `folder`.
std::vector<std::string> on_small_disk(const std::filesystem::path& folder) {
  return {"/usr/bin/unshare",
          "-m",
          "/bin/sh",
          "-c",
          "mkdir -p -m 700 " + folder.string() + " && mount -t tmpfs -o size=16m,mode=700 tmpfs " +
              folder.string() + " && exec \"$@\"",
          "sh"};
}

bool may_mount() {
  const std::string command = "unshare -m mount -t tmpfs tmpfs /tmp 2>/dev/null";
  return ::geteuid() == 0 && std::system(command.c_str()) == 0;
}

/// A file that takes all the space there is.
void fill(const std::filesystem::path& file) {
  const Descriptor filler(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(filler.get() >= 0);
  for (std::size_t step : {65'536U, 4'096U, 1U}) {
    const std::string bytes(step, 'x');
    while (::write(filler.get(), bytes.data(), bytes.size()) > 0) {
    }
  }
}

/// The rows as they are on the daemon's own disk. SQLite follows no way through /proc, so a thread
/// goes to where the daemon is.
std::vector<Row> rows_inside(const DaemonProcess& daemon, const TempDir& home) {
  std::vector<Row> rows;
  std::thread visitor([&] {
    const std::string place = "/proc/" + std::to_string(daemon.pid()) + "/ns/mnt";
    const Descriptor mounts(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
    if (::unshare(CLONE_FS) != 0 || ::setns(mounts.get(), CLONE_NEWNS) != 0) return;
    rows = read_ledger(state_of(home));
  });
  visitor.join();
  return rows;
}

struct SmallDisk {
  SmallDisk() { must_listen(daemon); }

  TempDir home;
  FakeProvider provider;
  DaemonProcess daemon{
      home, encode_config({}, {provider.base_url()}), {}, on_small_disk(state_of(home))};
  std::set<std::string> booked;  // generations of what went well
  std::vector<std::string> refused;

  std::string request(std::string_view body) const {
    return post(daemon.port(), kChatPath, daemon.key(), body);
  }

  /// A burst over each connection.
  void ask(std::vector<RawClient>& clients) {
    std::string burst;
    for (int i = 0; i < kAtOnce; ++i) burst += request(chat_json(false));
    for (RawClient& client : clients) client.send(burst);
    for (RawClient& client : clients) {
      for (int i = 0; i < kAtOnce; ++i) note(client.read_response());
    }
  }

  void note(const RawResponse& answer) {
    if (answer.status == 200) {
      booked.insert(answer.field("x-generation-id"));
      return;
    }
    CHECK(answer.field("retry-after") != "");
    refused.push_back(std::to_string(answer.status) + " " + error_code_of(answer) + " " +
                      error_source_of(answer));
  }
};

}  // namespace

TEST_SUITE("full_disk") {
  TEST_CASE("a full disk under the ledger loses no row, and heals by itself") {
    if (!may_mount()) {
      MESSAGE("skipped: mounting a file system of one's own takes root");
      return;
    }
    SmallDisk disk;
    const Gate finish;
    disk.provider.plays(Script()
                            .send(event_stream_head())
                            .send(chunk(chat_events({"a"})[0]))
                            .wait(finish)
                            .send(chunk(chat_events({})[0] + "data: [DONE]\n\n"))
                            .send(std::string(kLastChunk)));
    RawClient running(disk.daemon.port());
    running.send(disk.request(chat_json(true)));
    REQUIRE(running.read_head().status == 200);

    const std::filesystem::path filler = disk.daemon.state() / "filler";
    fill(filler);
    disk.provider.always(Script().send(json_answer(200, chat_body("a"))));
    const std::size_t rows =
        std::filesystem::file_size(disk.daemon.state() / "journal") / kMostRowBytes;
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) clients.emplace_back(disk.daemon.port());
    while (disk.refused.empty() && disk.booked.size() < 8 * rows) disk.ask(clients);
    // Until the journal was full all went well, and only then was anything refused.
    CHECK(disk.booked.size() >= rows);
    REQUIRE_FALSE(disk.refused.empty());
    for (const std::string& told : disk.refused) CHECK(told == "503 ledger_unavailable arouter");
    CHECK(
        call(disk.daemon.port(), get(disk.daemon.port(), "/v1/models", disk.daemon.key())).status ==
        200);

    finish.open();  // what was admitted has its place
    CHECK(running.read_rest().complete);
    disk.booked.insert(running.read_rest().field("x-generation-id"));

    std::filesystem::remove(filler);
    CHECK(ask_until([&] {
      disk.refused.clear();
      disk.ask(clients);
      return disk.refused.empty();
    }));
    std::set<std::string> ids;
    CHECK(ask_until([&] {
      for (const Row& row : rows_inside(disk.daemon, disk.home)) ids.insert(row.at("id"));
      return ids.size() >= disk.booked.size();
    }));
    CHECK(ids.size() == disk.booked.size());
    for (const std::string& generation : disk.booked) {
      const std::string hex = generation.substr(generation.rfind('-') + 1, 16);
      CHECK(ids.contains(std::to_string(std::stoll(hex, nullptr, 16))));
    }
    disk.daemon.signal(SIGTERM);
    CHECK(disk.daemon.wait_for_exit() == 0);
  }

  TEST_CASE("a disk that is full at the start is a reason not to start, in words") {
    if (!may_mount()) {
      MESSAGE("skipped: mounting a file system of one's own takes root");
      return;
    }
    TempDir home;
    std::vector<std::string> launcher = on_small_disk(state_of(home));
    const std::size_t size = launcher[4].find("size=16m");
    launcher[4].replace(size, 8, "size=1m");
    DaemonProcess daemon(home, encode_config({}, {"http://127.0.0.1:1/v1"}), {}, launcher);
    CHECK(daemon.wait_for_exit() == 1);
    CHECK(daemon.errors().find("No space left on device") != std::string::npos);
  }
}

}  // namespace arouter::test
