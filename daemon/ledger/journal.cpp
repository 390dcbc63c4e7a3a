#include "daemon/ledger/journal.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <string>

namespace arouter {

namespace {

constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kMagic = 0x4C414E52554F4A01u;  // the lowest byte is the layout's version

std::size_t file_bytes(std::size_t slots) {
  return kHeaderBytes + (slots * kRecordBytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

// The whole file gets its blocks now: a hole that is written through a mapping while the disk is
// full kills the process.
Result<void> allocate(int file, std::size_t bytes, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(file, &info) == 0 && info.st_size == 0) {
    // Btrfs copies on write, which needs new blocks even for allocated ones. Others refuse the
    // flag.
    int flags = 0;
    if (::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0) {
      flags |= FS_NOCOW_FL;
      ::ioctl(file, FS_IOC_SETFLAGS, &flags);
    }
  }
  int failure = 0;
  do {
    failure = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  } while (failure == EINTR);
  if (failure == 0) return {};
  if (info.st_size == 0 && ::ftruncate(file, 0) != 0) failure = errno;  // no half a journal
  return file_error("reserve disk space for", path, failure);
}

}  // namespace

struct Journal::Header {
  std::uint64_t magic;
  std::uint64_t slots;
  std::uint64_t begin;  // records before it are in SQLite
  std::uint64_t check;  // of begin: a wrong one would hide rows
};

namespace {

// How many slots the file at hand has, `wanted` when it is new or its header is torn.
template <class Header>
Result<std::size_t> slots_of(int file, std::size_t wanted, const std::filesystem::path& path) {
  Header header{};
  struct stat info {};
  const bool whole = ::pread(file, &header, sizeof header, 0) == sizeof header;
  if (!whole || ::fstat(file, &info) != 0) return wanted;
  if (header.magic != kMagic && (header.magic | 0xFF) == (kMagic | 0xFF)) {
    Error error = internal_error("journal layout");
    error.message = path.string() + " was written by another version of arouter; start that " +
                    "version once so that it empties the journal, then remove the file";
    return error;
  }
  const bool fits = header.slots > 0 && header.slots <= static_cast<std::uint64_t>(info.st_size) &&
                    file_bytes(header.slots) == static_cast<std::size_t>(info.st_size);
  return header.magic == kMagic && fits ? static_cast<std::size_t>(header.slots) : wanted;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& path, std::size_t slots,
                                               Durability durability) {
  Result<FileHandle> file = open_private_file(path);
  if (!file) return file.error();
  const Result<std::size_t> found = slots_of<Header>(file->get(), slots, path);
  if (!found) return found.error();
  const std::size_t bytes = file_bytes(*found);
  if (Result<void> allocated = allocate(file->get(), bytes, path); !allocated) {
    return allocated.error();
  }
  if (durability == Durability::power && ::fsync(file->get()) != 0) {
    return file_error("write", path, errno);
  }
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
  if (memory == MAP_FAILED) return file_error("map", path, errno);
  std::unique_ptr<Journal> journal(
      new Journal(std::move(*file), static_cast<std::byte*>(memory), *found, durability));
  journal->find_records();
  return journal;
}

Journal::Journal(FileHandle file, std::byte* memory, std::size_t slots, Durability durability)
    : file_(std::move(file)),
      memory_(memory),
      slots_(slots),
      durability_(durability),
      published_(new std::atomic<std::uint64_t>[slots]()) {}

Journal::~Journal() {
  ::munmap(memory_, file_bytes(slots_));
}

Journal::Header& Journal::header() const noexcept {
  return *reinterpret_cast<Header*>(memory_);
}

RecordBytes Journal::slot(std::uint64_t sequence) const noexcept {
  return RecordBytes(memory_ + kHeaderBytes + sequence % slots_ * kRecordBytes, kRecordBytes);
}

// What a dead process left: every whole record from the last retired one on. Between two whole
// records there may be one that a dying thread did not finish; it counts as published, and front()
// leaves it out.
void Journal::find_records() {
  Header& kept = header();
  // A torn header forgets where the rows begin: all whole records are then taken again, which is
  // harmless, as SQLite knows them by their id.
  const bool whole = kept.magic == kMagic && kept.check == mix(kMagic, kept.begin);
  std::uint64_t begin = whole ? kept.begin : 0;
  std::uint64_t first = UINT64_MAX;
  std::uint64_t end = begin;
  // Read, not touched through the mapping: all of its pages would count as resident for ever.
  std::array<std::byte, kRecordBytes> bytes{};
  for (std::size_t index = 0; index < slots_; ++index) {
    const auto place = static_cast<off_t>(kHeaderBytes + index * kRecordBytes);
    if (::pread(file_.get(), bytes.data(), bytes.size(), place) != kRecordBytes) continue;
    const std::optional<std::uint64_t> sequence = record_sequence(bytes);
    if (!sequence || *sequence < begin || *sequence % slots_ != index) continue;
    first = std::min(first, *sequence);
    end = std::max(end, *sequence + 1);
    greatest_id_ = std::max(greatest_id_, decode_record(bytes).id);
  }
  begin = first == UINT64_MAX ? end : std::max(first, end - std::min<std::uint64_t>(end, slots_));
  for (std::uint64_t sequence = begin; sequence < end; ++sequence) {
    published_[sequence % slots_].store(sequence + 1);
  }
  begin_ = begin;
  end_ = end;
  room_ = static_cast<std::int64_t>(slots_ - (end - begin));
  kept = Header{kMagic, slots_, begin, mix(kMagic, begin)};
}

bool Journal::reserve() noexcept {
  if (room_.fetch_sub(1, std::memory_order_acquire) > 0) return true;
  room_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void Journal::release() noexcept {
  room_.fetch_add(1, std::memory_order_relaxed);
}

void Journal::append(const LedgerRow& row) noexcept {
  const std::uint64_t sequence = end_.fetch_add(1);
  // Held by reserve(): at most `slots` rows are reserved or not retired at any time.
  assert(sequence - begin_.load() < slots_);
  encode_record(row, sequence, slot(sequence));
  published_[sequence % slots_].store(sequence + 1);
  if (durability_ == Durability::power) wait_for_disk(sequence);
}

void Journal::wait_for_disk(std::uint64_t sequence) const noexcept {
  std::byte* from = slot(sequence).data();
  const std::size_t before = reinterpret_cast<std::uintptr_t>(from) % kPageBytes;
  // A disk that fails here is told by SQLite's own sync in the same moment, and by trouble().
  ::msync(from - before, before + kRecordBytes, MS_SYNC);
}

bool Journal::has_ready() const noexcept {
  const std::uint64_t begin = begin_.load();
  return published_[begin % slots_].load() == begin + 1;
}

Journal::Batch Journal::front(std::size_t most) const {
  Batch batch;
  batch.end = begin_.load();
  for (std::size_t taken = 0; taken < most; ++taken, ++batch.end) {
    if (published_[batch.end % slots_].load() != batch.end + 1) break;
    const ConstRecordBytes bytes = slot(batch.end);
    if (record_sequence(bytes) == batch.end) batch.rows.push_back(decode_record(bytes));
  }
  return batch;
}

void Journal::retire(std::uint64_t end) noexcept {
  const std::uint64_t retired = end - begin_.load();
  header().begin = end;
  header().check = mix(kMagic, end);
  begin_.store(end);
  room_.fetch_add(static_cast<std::int64_t>(retired), std::memory_order_release);
}

}  // namespace arouter
