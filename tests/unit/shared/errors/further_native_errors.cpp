// The errors of providers that have few of their own, of servers, and of what stands before them.
#include "tests/unit/shared/errors/native_errors.hpp"

namespace arouter {

namespace {

using namespace native_words;

constexpr NativeCase kCases[] = {
    // DeepSeek, "Error Codes".
    {"deepseek", 402,
     R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param")"
     R"(:null,"code":"invalid_request_error"}})",
     kCredit, kLimit, true},
    {"deepseek", 401,
     R"({"error":{"message":"Authentication Fails","type":"authentication_error",)"
     R"("param":null,"code":"invalid_request_error"}})",
     kAuth, kKey, true},
    {"deepseek", 400,
     R"({"error":{"message":"Model Not Exist","type":"invalid_request_error",)"
     R"("param":null,"code":"invalid_request_error"}})",
     kModel, kNobody, true},

    // Groq, "Errors" and "Rate limits".
    {"groq", 413,
     R"({"error":{"message":"Request too large for model `m` on tokens per minute )"
     R"((TPM): Limit 8000, Requested 9000","type":"tokens","code":"rate_limit_exceeded"}})",
     "413 provider_rejected", kNobody, true},
    {"groq", 429,
     R"({"error":{"message":"Rate limit reached. Please try again in 7m12.5s.",)"
     R"("type":"tokens","code":"rate_limit_exceeded"}})",
     kRate, kLimit, true, 300},
    {"groq", 400,
     R"({"error":{"message":"The model `m` has been decommissioned","type":)"
     R"("invalid_request_error","code":"model_decommissioned"}})",
     kModel, kNobody, true},
    {"groq", 498, R"({"error":{"message":"Flex tier capacity exceeded","type":"capacity"}})",
     kOverloaded, kEndpoint, true},

    // Mistral, its API reference and SDKs.
    {"mistral", 401, R"({"detail":"Unauthorized"})", kAuth, kKey, true},
    {"mistral", 401, R"({"message":"Unauthorized","request_id":"r"})", kAuth, kKey, true},
    {"mistral", 400,
     R"({"object":"error","message":"Invalid model: x","type":"invalid_model",)"
     R"("param":null,"code":"1500","raw_status_code":400})",
     kModel, kNobody, true},
    {"mistral", 422,
     R"({"object":"error","message":{"detail":[{"type":"missing","loc":["body",)"
     R"("messages"],"msg":"Field required"}]},"type":"invalid_request_error","param":null,)"
     R"("code":null,"raw_status_code":422})",
     "422 provider_rejected", kNobody, false},
    {"mistral", 429,
     R"({"object":"error","message":"Rate limit exceeded","type":"rate_limited",)"
     R"("param":null,"code":"1300","raw_status_code":429})",
     kRate, kLimit, true},
    {"mistral", 429,
     R"({"object":"error","message":"Service tier capacity exceeded for this )"
     R"(model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"})",
     kOverloaded, kEndpoint, true},
    {"mistral", 400,
     R"({"object":"error","message":"Prompt contains 40000 tokens, too large for )"
     R"(model with 32768 maximum context length","type":"invalid_request_prompt","code":"3051"})",
     kLong, kNobody, false},

    // xAI, "Debugging errors"; its texts as clients have reported them.
    {"xai", 400,
     R"({"code":"Client specified an invalid argument","error":"Incorrect API key )"
     R"(provided: sk***YA. You can obtain an API key from https://console.x.ai."})",
     kAuth, kKey, true},
    {"xai", 429,
     R"({"code":"Some resource has been exhausted","error":"Your team t has either )"
     R"(used all available credits or reached its monthly spending limit."})",
     kCredit, kLimit, true},
    {"xai", 403,
     R"({"code":"The caller does not have permission","error":"You have run out of )"
     R"(credits or need a Grok subscription."})",
     kCredit, kLimit, true},
    {"xai", 400,
     R"({"code":"Client specified an invalid argument","error":"This model's maximum )"
     R"(prompt length is 131072 but the request contains 537812 tokens."})",
     kLong, kNobody, false},
    {"xai", 404,
     R"({"code":"Some requested entity was not found","error":"The model x does not )"
     R"(exist or your team does not have access to it."})",
     kModel, kNobody, true},

    // Together, Fireworks, Cerebras, Moonshot, Alibaba, Zhipu: their pages of errors.
    {"together", 404,
     R"({"error":{"message":"Unable to access model x.","type":)"
     R"("invalid_request_error","param":null,"code":"model_not_available"}})",
     kModel, kNobody, true},
    {"fireworks", 404,
     R"({"error":{"object":"error","type":"invalid_request_error","code":)"
     R"("NOT_FOUND","message":"Model not found, inaccessible, and/or not deployed"}})",
     kModel, kNobody, true},
    {"cerebras", 429,
     R"({"message":"Requests per minute limit exceeded - too many requests )"
     R"(sent.","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"})",
     kRate, kLimit, true},
    {"cerebras", 401,
     R"({"message":"Wrong API Key","type":"invalid_request_error","param":)"
     R"("api_key","code":"wrong_api_key"})",
     kAuth, kKey, true},
    {"moonshot", 429,
     R"({"error":{"message":"Your account is suspended, please check your plan )"
     R"(and billing details","type":"exceeded_current_quota_error"}})",
     kCredit, kLimit, true},
    {"moonshot", 429,
     R"({"error":{"message":"The engine is currently overloaded","type":)"
     R"("engine_overloaded_error"}})",
     kOverloaded, kEndpoint, true},
    {"moonshot", 400,
     R"({"error":{"message":"Invalid request: Your request exceeded model token )"
     R"(limit: 8192","type":"invalid_request_error"}})",
     kLong, kNobody, false},
    {"alibaba", 400,
     R"({"error":{"message":"Access denied, please make sure your account is in )"
     R"(good standing.","type":"Arrearage","param":null,"code":"Arrearage"}})",
     kCredit, kLimit, true},
    {"alibaba", 400,
     R"({"error":{"message":"Input data may contain inappropriate content.",)"
     R"("type":"data_inspection_failed","param":null,"code":"data_inspection_failed"}})",
     kFilter, kNobody, false},
    {"zhipu", 429, R"({"error":{"code":"1113","message":"余额不足"}})", kCredit, kLimit, true},

    // Amazon Bedrock, "Common errors"; Cloudflare Workers AI; NVIDIA NIM; Cohere.
    {"bedrock", 429, R"({"__type":"ThrottlingException","message":"Too many requests"})", kRate,
     kLimit, true},
    {"bedrock", 403,
     R"({"__type":"AccessDeniedException","message":"You don't have access to the )"
     R"(model with the specified model ID."})",
     kModel, kNobody, true},
    {"bedrock", 403,
     R"({"__type":"UnrecognizedClientException","message":"The security token )"
     R"(included in the request is invalid."})",
     kAuth, kKey, true},
    {"bedrock", 400, R"({"message":"Input is too long for requested model."})", kLong, kNobody,
     false},
    {"bedrock", 408, R"({"__type":"ModelTimeoutException","message":"late"})", kSlow, kEndpoint,
     true},
    {"cloudflare", 401,
     R"({"success":false,"errors":[{"code":10000,"message":"Authentication )"
     R"(error"}],"result":null})",
     kAuth, kKey, true},
    {"nvidia", 404, R"({"status":404,"title":"Not Found","detail":"Function 'f': Not found"})",
     "404 provider_rejected", kNobody, true},
    {"cohere", 401, R"({"id":"i","message":"invalid api token"})", kAuth, kKey, true},

    // Servers of one's own: their sources.
    {"ollama", 404, R"({"error":"model 'x' not found"})", kModel, kNobody, true},
    {"ollama", 400, R"({"error":"registry.ollama.ai/library/x does not support tools"})", kRejected,
     kNobody, false},
    {"ollama", 500, R"({"error":"llama runner process has terminated: exit status 2"})", kRefused,
     kEndpoint, true},
    {"ollama, an event", 200, R"({"error":"an error was encountered while running the model"})",
     kRefused, kEndpoint, true},
    {"vllm", 404,
     R"({"object":"error","message":"The model `x` does not exist.","type":)"
     R"("NotFoundError","param":null,"code":404})",
     kModel, kNobody, true},
    {"vllm", 400,
     R"({"error":{"message":"This model's maximum context length is 4096 tokens.",)"
     R"("type":"BadRequestError","param":null,"code":400}})",
     kLong, kNobody, false},
    {"vllm, an event", 200,
     R"({"error":{"object":"error","message":"bad","type":)"
     R"("BadRequestError","param":null,"code":400}})",
     kRejected, kNobody, false},
    {"vllm", 401, R"({"error":"Unauthorized"})", kAuth, kKey, true},
    {"llama.cpp", 400,
     R"({"error":{"code":400,"message":"the request exceeds the available )"
     R"(context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}})",
     kLong, kNobody, false},
    {"llama.cpp", 500,
     R"({"error":{"code":500,"message":"too long","type":)"
     R"("exceed_context_size_error"}})",
     kLong, kNobody, false},
    {"llama.cpp", 503,
     R"({"error":{"code":503,"message":"Loading model","type":)"
     R"("unavailable_error"}})",
     kOverloaded, kEndpoint, true},
    {"llama.cpp", 401,
     R"({"error":{"code":401,"message":"Invalid API Key","type":)"
     R"("authentication_error"}})",
     kAuth, kKey, true},
    {"tgi", 422,
     R"({"error":"Input validation error: `inputs` must have less than 1024 tokens.",)"
     R"("error_type":"validation"})",
     "422 provider_rejected", kNobody, false},
    {"tgi", 424, R"({"error":"Request failed during generation","error_type":"generation"})",
     kRefused, kEndpoint, true},
    {"tgi", 429, R"({"error":"Model is overloaded","error_type":"overloaded"})", kOverloaded,
     kEndpoint, true},
    {"fastapi", 422,
     R"({"detail":[{"loc":["body","messages"],"msg":"Field required","type":)"
     R"("missing"}]})",
     "422 provider_rejected", kNobody, false},
    {"fastapi", 404, R"({"detail":"Not Found"})", "404 provider_rejected", kNobody, true},
    {"llama stack", 500, R"({"error":{"type":"authentication_error","message":"bad key"}})", kAuth,
     kKey, true},
    {"new-api", 503,
     R"({"error":{"code":"model_not_found","message":"No available channel for )"
     R"(model x under group default","type":"new_api_error"}})",
     kModel, kNobody, true},

    // Servers that call the request's fault their own, and say whose it is.
    {"any, a request's fault as 500", 500,
     R"({"error":{"message":"'messages' is required","type":"invalid_request_error"}})", kRejected,
     kNobody, false},
    {"vllm, a request's fault as 500", 500,
     R"({"object":"error","message":"bad grammar","type":"BadRequestError","code":400})", kRejected,
     kNobody, false},
    {"tgi, a request's fault as 500", 500,
     R"({"error":"inputs must have less than 9 tokens","error_type":"validation"})",
     "422 provider_rejected", kNobody, false},
    {"any, a page not found as 500", 500,
     R"({"error":{"message":"cache entry not found","type":"not_found_error"}})", kRefused,
     kEndpoint, true},
    {"any, unavailable for now", 503,
     R"({"error":{"message":"come again","type":"invalid_request_error"}})", kOverloaded, kEndpoint,
     true},

    // What stands before a provider.
    {"nginx", 502, "<html><head><title>502 Bad Gateway</title></head></html>", kRefused, kEndpoint,
     true},
    {"cloudflare", 524, "error code: 524", kSlow, kEndpoint, true},
    {"cloudflare", 520, "<!DOCTYPE html>", kRefused, kEndpoint, true},
    {"envoy", 503, "upstream connect error or disconnect/reset before headers", kOverloaded,
     kEndpoint, true},
    {"any", 425, "", "502 upstream_too_early", kNobody, true},
    {"any", 409, R"({"error":{"message":"in conflict"}})", "409 provider_rejected", kNobody, false},
    {"any", 301, "", "502 upstream_redirect", kEndpoint, true},
};

}  // namespace

std::span<const NativeCase> further_native_cases() {
  return kCases;
}

}  // namespace arouter
