#include "cli/failure.hpp"

#include "cli/command.hpp"

namespace arouter {

namespace {

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::upstream_unreachable:
    case ErrorKind::unauthorized:
    case ErrorKind::forbidden:
      return kExitUnreachable;
    case ErrorKind::bad_request:
      return error.status == 0 ? kExitUsage : kExitFailed;  // ours, or the server's word
    default:
      return kExitFailed;
  }
}

std::string next_step(const Error& error, const std::string& key_advice) {
  switch (error.kind) {
    case ErrorKind::upstream_unreachable:
      return "Is it running? Start the daemon with: arouter serve";
    case ErrorKind::unauthorized:
      return key_advice.empty() ? "Check AROUTER_API_KEY." : key_advice;
    case ErrorKind::not_found:
      return error.code == "model_not_found" ? "List the models with: arouter models" : "";
    case ErrorKind::payment_required:
      return "See what was spent with: arouter usage";
    default:
      return "";
  }
}

}  // namespace

Failure describe(const Error& error, const std::string& key_advice) {
  std::string text = error.message;
  std::string origin = error.code;
  if (!error.detail.empty()) origin += (origin.empty() ? "" : ", ") + error.detail;
  if (!origin.empty()) text += " (" + origin + ")";
  if (const std::string step = next_step(error, key_advice); !step.empty()) text += "\n" + step;
  return {std::move(text), exit_code_of(error)};
}

}  // namespace arouter
