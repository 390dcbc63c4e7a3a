// What a provider says in an error, whatever shape it has: bytes to a few texts.
//
// Shapes: OpenAI {"error":{message,type,param,code}}, also with a number for a code, and bare
// (vLLM, Cerebras, Mistral); Anthropic {"type":"error","error":{type,message}}; Google
// {"error":{code,message,status,details}}, also as an array of one; OpenRouter's metadata, which
// holds the error of the provider behind it as text; {"error":"text"} (Ollama, xAI); FastAPI's
// {"detail":…} with a text or a list; {"message":…} (AWS, Cohere); {"errors":[…]}
// (Cloudflare); an RFC 9457 problem; a Responses event or object; one line of text. Anything else
// says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arouter {

struct NativeError {
  std::string message{};     // whole, as it was said: not yet fit to be shown; "" when none
  std::string code{};        // "model_not_found", or a number; "" when none
  std::string type{};        // "invalid_request_error"
  std::string param{};       // the field at fault
  std::string request_id{};  // the provider's own
  int status = 0;            // an HTTP status from 400 to 599 that the body states; else 0
  // All that names the fault: code, type, Google's status and reasons, and those of an error inside
  // this one. Texts that a client could have put there are in none of them.
  std::vector<std::string> words{};
  std::int64_t wait_ms = 0;  // google.rpc.RetryInfo
  bool is_daily = false;     // google.rpc.QuotaFailure: of a quota that is whole again tomorrow
  bool is_readable = false;  // it was one of the shapes above
};

NativeError read_native_error(std::string_view body);

}  // namespace arouter
