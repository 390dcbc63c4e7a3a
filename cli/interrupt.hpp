// Ctrl-C while a request runs: it ends the request, and the command says how to go on.
//
// A signal handler may do next to nothing, so it sets a flag and shuts down the request's socket:
// the blocked read then returns at once, and the server sees the connection close.
#pragma once

namespace arouter {

/// Takes SIGINT while it lives; one at a time. Threads: the main one.
class Interrupt {
 public:
  /// What a second Ctrl-C does, when the first has not ended things yet.
  enum class Second { ends_program, repeats };
  explicit Interrupt(Second second);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool happened();
  static void forget();
};

/// A socket that Ctrl-C shuts down, until this ends.
class InterruptibleSocket {
 public:
  InterruptibleSocket() = default;
  ~InterruptibleSocket();
  InterruptibleSocket(const InterruptibleSocket&) = delete;
  InterruptibleSocket& operator=(const InterruptibleSocket&) = delete;

  /// The caller keeps `socket`, and may close it when it likes.
  void hold(int socket);
  void release();

 private:
  int copy_ = -1;
};

}  // namespace arouter
