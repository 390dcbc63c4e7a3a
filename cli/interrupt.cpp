#include "cli/interrupt.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace arouter {

namespace {

// A handler reaches nothing but what is static.
std::atomic<bool> g_happened{false};
std::atomic<int> g_socket{-1};
struct sigaction g_before;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_interrupt(int) {
  const int saved = errno;
  g_happened = true;
  if (const int socket = g_socket; socket >= 0) ::shutdown(socket, SHUT_RDWR);
  errno = saved;
}

}  // namespace

Interrupt::Interrupt(Second second) {
  g_happened = false;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  // No SA_RESTART: a blocked read of the terminal must return too.
  action.sa_flags = second == Second::ends_program ? static_cast<int>(SA_RESETHAND) : 0;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &g_before);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &g_before, nullptr);
}

bool Interrupt::happened() {
  return g_happened;
}

void Interrupt::forget() {
  g_happened = false;
}

InterruptibleSocket::~InterruptibleSocket() {
  release();
}

void InterruptibleSocket::hold(int socket) {
  release();
  // A copy of the descriptor: the number of the original may be another file's by the time the
  // signal comes, once its owner has closed it.
  copy_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  g_socket = copy_;
  if (g_happened && copy_ >= 0) ::shutdown(copy_, SHUT_RDWR);
}

void InterruptibleSocket::release() {
  g_socket = -1;
  if (copy_ >= 0) ::close(copy_);
  copy_ = -1;
}

}  // namespace arouter
