#include "tests/unit/shared/errors/native_errors.hpp"

#include <iterator>

namespace arouter {

namespace {

using namespace native_words;

constexpr NativeCase kCases[] = {
    // OpenAI, "Error codes" and the API reference; codes also as its forum and SDKs show them.
    {"openai", 401,
     R"({"error":{"message":"Incorrect API key provided: sk-ab***yz.","type":)"
     R"("invalid_request_error","param":null,"code":"invalid_api_key"}})",
     kAuth, kKey, true},
    {"openai", 401,
     R"({"error":{"message":"You must be a member of an organization to use the )"
     R"(API","type":"invalid_request_error","param":null,"code":null}})",
     kAuth, kKey, true},
    {"openai", 403,
     R"({"error":{"code":"unsupported_country_region_territory","message":)"
     R"("Country, region, or territory not supported","param":null,"type":"request_forbidden"}})",
     kRegion, kNobody, true},
    {"openai", 403,
     R"({"error":{"message":"Project `p` does not have access to model `gpt-5`",)"
     R"("type":"invalid_request_error","param":null,"code":"model_not_found"}})",
     kModel, kNobody, true},
    {"openai", 404,
     R"({"error":{"message":"The model `x` does not exist or you do not have )"
     R"(access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})",
     kModel, kNobody, true},
    {"openai", 404,
     R"({"error":{"message":"Invalid URL (POST /v1/x) ","type":)"
     R"("invalid_request_error","param":null,"code":null}})",
     "404 provider_rejected", kNobody, true},
    {"openai", 400,
     R"({"error":{"message":"Previous response with id 'r' not found.","type":)"
     R"("invalid_request_error","param":"previous_response_id","code":)"
     R"("previous_response_not_found"}})",
     kRejected, kNobody, false},
    {"openai", 400,
     R"({"error":{"message":"This model's maximum context length is 8192 tokens.)"
     R"( However, your messages resulted in 8545 tokens.","type":"invalid_request_error","param":)"
     R"("messages","code":"context_length_exceeded"}})",
     kLong, kNobody, false},
    {"openai", 400,
     R"({"error":{"message":"Invalid prompt: your prompt was flagged as )"
     R"(potentially violating our usage policy.","type":"invalid_request_error","param":null,)"
     R"("code":"invalid_prompt"}})",
     kFilter, kNobody, false},
    {"openai", 400,
     R"({"error":{"message":"Your request was rejected as a result of our safety )"
     R"(system.","type":"image_generation_user_error","param":null,"code":"moderation_blocked"}})",
     kFilter, kNobody, false},
    {"openai", 400,
     R"({"error":{"message":"Unsupported parameter: 'max_tokens'","type":)"
     R"("invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}})",
     kRejected, kNobody, false},
    {"openai", 400,
     R"({"error":{"message":"Billing hard limit has been reached","type":)"
     R"("invalid_request_error","param":null,"code":"billing_hard_limit_reached"}})",
     kCredit, kLimit, true},
    {"openai", 429,
     R"({"error":{"message":"You exceeded your current quota, please check your )"
     R"(plan and billing details.","type":"insufficient_quota","param":null,"code":)"
     R"("insufficient_quota"}})",
     kCredit, kLimit, true},
    {"openai", 429,
     R"({"error":{"message":"You exceeded your current quota","type":)"
     R"("insufficient_quota","param":null,"code":null}})",
     kCredit, kLimit, true},
    {"openai", 429,
     R"({"error":{"message":"Your account is not active, please check your billing)"
     R"( details on our website.","type":"billing_not_active","param":null,"code":)"
     R"("billing_not_active"}})",
     kCredit, kLimit, true},
    {"openai", 429,
     R"({"error":{"message":"Rate limit reached for gpt-4o on tokens per min (TPM):)"
     R"( Limit 30000. Please try again in 3.2s.","type":"tokens","param":null,"code":)"
     R"("rate_limit_exceeded"}})",
     kRate, kLimit, true, 4},
    {"openai", 500,
     R"({"error":{"message":"The server had an error","type":"server_error",)"
     R"("param":null,"code":null}})",
     kRefused, kEndpoint, true},
    {"openai", 503,
     R"({"error":{"message":"Slow down","type":"server_error","param":null,"code":)"
     R"("slow_down"}})",
     kOverloaded, kEndpoint, true, 1},
    {"openai, an event", 200,
     R"({"type":"error","code":"rate_limit_exceeded","message":"slower",)"
     R"("param":null,"sequence_number":3})",
     kRate, kLimit, true},
    {"openai, an event", 200,
     R"({"type":"response.failed","response":{"id":"resp_1","status":)"
     R"("failed","output":[],"error":{"code":"server_error","message":"oh"}}})",
     kRefused, kEndpoint, true},
    {"openai, an event", 200,
     R"({"type":"response.failed","response":{"status":"failed","error":)"
     R"({"code":"context_length_exceeded","message":"long"}}})",
     kLong, kNobody, false},
    {"openai, an answer", 200,
     R"({"id":"resp_1","status":"failed","output":[],"error":{"code":)"
     R"("server_is_overloaded","message":"busy"}})",
     kOverloaded, kEndpoint, true},

    // Azure OpenAI, "Content filtering", "Quotas and limits", and its API Management.
    {"azure", 400,
     R"({"error":{"message":"The response was filtered due to the prompt triggering )"
     R"(Azure OpenAI's content management policy.","type":null,"param":"prompt","code":)"
     R"("content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
     kFilter, kNobody, false},
    {"azure", 401,
     R"({"error":{"code":"401","message":"Access denied due to invalid subscription )"
     R"(key or wrong API endpoint."}})",
     kAuth, kKey, true},
    {"azure", 404,
     R"({"error":{"code":"DeploymentNotFound","message":"The API deployment for )"
     R"(this resource does not exist."}})",
     kModel, kNobody, true},
    {"azure", 429,
     R"({"error":{"code":"429","message":"Requests have exceeded token rate limit. )"
     R"(Please retry after 6 seconds."}})",
     kRate, kLimit, true, 6},
    {"azure", 403,
     R"({"statusCode":403,"message":"Out of call volume quota. Quota will be )"
     R"(replenished in 11.20:00:00."})",
     kCredit, kLimit, true},
    {"azure", 408, R"({"error":{"code":"Timeout","message":"The operation was timeout."}})", kSlow,
     kEndpoint, true},

    // Anthropic, "Errors" and "Rate limits".
    {"anthropic", 400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":)"
     R"("messages: roles must alternate"},"request_id":"req_1"})",
     kRejected, kNobody, false},
    {"anthropic", 400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":)"
     R"("prompt is too long: 215000 tokens > 200000 maximum"}})",
     kLong, kNobody, false},
    {"anthropic", 400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":)"
     R"("input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000"}})",
     kLong, kNobody, false},
    {"anthropic", 400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":)"
     R"("Output blocked by content filtering policy"}})",
     kFilter, kNobody, false},
    {"anthropic", 400,
     R"({"type":"error","error":{"type":"invalid_request_error","message":)"
     R"("Your credit balance is too low to access the Anthropic API."}})",
     kCredit, kLimit, true},
    {"anthropic", 401,
     R"({"type":"error","error":{"type":"authentication_error","message":)"
     R"("invalid x-api-key"}})",
     kAuth, kKey, true},
    {"anthropic", 402, R"({"type":"error","error":{"type":"billing_error","message":"pay"}})",
     kCredit, kLimit, true},
    {"anthropic", 403,
     R"({"type":"error","error":{"type":"permission_error","message":"Your API )"
     R"(key does not have permission to use the specified resource."}})",
     kAuth, kKey, true},
    {"anthropic", 403, R"({"error":{"type":"forbidden","message":"Request not allowed"}})", kRegion,
     kNobody, true},
    {"anthropic", 404,
     R"({"type":"error","error":{"type":"not_found_error","message":)"
     R"("model: claude-x"}})",
     kModel, kNobody, true},
    {"anthropic", 404,
     R"({"type":"error","error":{"type":"not_found_error","message":)"
     R"("File not found: file_1"}})",
     "404 provider_rejected", kNobody, false},
    {"anthropic", 413,
     R"({"type":"error","error":{"type":"request_too_large","message":)"
     R"("Request exceeds the maximum size"}})",
     "413 provider_rejected", kNobody, false},
    {"anthropic", 429,
     R"({"type":"error","error":{"type":"rate_limit_error","message":"This )"
     R"(request would exceed your organization's rate limit of 30,000 input tokens per minute"}})",
     kRate, kLimit, true, 1},
    {"anthropic", 500, R"({"type":"error","error":{"type":"api_error","message":"Internal"}})",
     kRefused, kEndpoint, true},
    {"anthropic", 504, R"({"type":"error","error":{"type":"timeout_error","message":"slow"}})",
     kSlow, kEndpoint, true},
    {"anthropic", 529,
     R"({"type":"error","error":{"type":"overloaded_error","message":)"
     R"("Overloaded"}})",
     kOverloaded, kEndpoint, true, 1},
    {"anthropic, an event", 200,
     R"({"type":"error","error":{"type":"overloaded_error","message":)"
     R"("Overloaded"}})",
     kOverloaded, kEndpoint, true},
    {"anthropic, an event", 200, R"({"type":"error","error":{"type":"api_error","message":"x"}})",
     kRefused, kEndpoint, true},

    // Gemini API, "Troubleshooting"; google.rpc.ErrorInfo, RetryInfo and QuotaFailure.
    {"gemini", 400,
     R"({"error":{"code":400,"message":"API key not valid. Please pass a valid API )"
     R"(key.","status":"INVALID_ARGUMENT","details":[{"@type":)"
     R"("type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
     kAuth, kKey, true},
    {"gemini", 400,
     R"([{"error":{"code":400,"message":"API key not valid.","status":)"
     R"("INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}])",
     kAuth, kKey, true},
    {"gemini", 400,
     R"({"error":{"code":400,"message":"API key expired. Please renew the API )"
     R"(key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_EXPIRED"}]}})",
     kAuth, kKey, true},
    {"gemini", 400,
     R"({"error":{"code":400,"message":"User location is not supported for the API )"
     R"(use.","status":"FAILED_PRECONDITION"}})",
     kRegion, kNobody, true},
    {"gemini", 400,
     R"({"error":{"code":400,"message":"Unable to submit request","status":)"
     R"("INVALID_ARGUMENT"}})",
     kRejected, kNobody, false},
    {"gemini", 400,
     R"({"error":{"code":400,"message":"The input token count (1048577) exceeds )"
     R"(the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}})",
     kLong, kNobody, false},
    {"gemini", 403,
     R"({"error":{"code":403,"message":"Method doesn't allow unregistered callers",)"
     R"("status":"PERMISSION_DENIED"}})",
     kAuth, kKey, true},
    {"gemini", 403,
     R"({"error":{"code":403,"message":"Consumer has been suspended.","status":)"
     R"("PERMISSION_DENIED","details":[{"reason":"CONSUMER_SUSPENDED"}]}})",
     kAuth, kKey, true},
    {"gemini", 403,
     R"({"error":{"code":403,"message":"You do not have permission to access the )"
     R"(File x or it may not exist.","status":"PERMISSION_DENIED"}})",
     "403 provider_rejected", kNobody, false},
    {"gemini", 404,
     R"({"error":{"code":404,"message":"models/x is not found for API version )"
     R"(v1beta","status":"NOT_FOUND"}})",
     kModel, kNobody, true},
    {"gemini", 429,
     R"({"error":{"code":429,"message":"You exceeded your current quota, please )"
     R"(check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":)"
     R"("type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":)"
     R"("GenerateRequestsPerMinutePerProjectPerModel"}]},{"@type":)"
     R"("type.googleapis.com/google.rpc.RetryInfo","retryDelay":"39s"}]}})",
     kRate, kLimit, true, 39},
    {"gemini", 429,
     R"({"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED",)"
     R"("details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]},)"
     R"({"retryDelay":"9s"}]}})",
     kRate, kLimit, true, 300},
    {"gemini", 500, R"({"error":{"code":500,"message":"An internal error","status":"INTERNAL"}})",
     kRefused, kEndpoint, true},
    {"gemini", 503,
     R"({"error":{"code":503,"message":"The model is overloaded.","status":)"
     R"("UNAVAILABLE"}})",
     kOverloaded, kEndpoint, true},
    {"gemini", 504, R"({"error":{"code":504,"message":"late","status":"DEADLINE_EXCEEDED"}})",
     kSlow, kEndpoint, true},
    {"gemini, a piece", 200, R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})",
     kOverloaded, kEndpoint, true},
    {"gemini, an array", 200,
     R"([{"error":{"code":429,"message":"q","status":)"
     R"("RESOURCE_EXHAUSTED","details":[{"retryDelay":"17s"}]}}])",
     kRate, kLimit, true, 17},

    // OpenRouter, "Errors and debugging".
    {"openrouter", 401, R"({"error":{"message":"No auth credentials found","code":401}})", kAuth,
     kKey, true},
    {"openrouter", 402, R"({"error":{"message":"Insufficient credits","code":402}})", kCredit,
     kLimit, true},
    {"openrouter", 403,
     R"({"error":{"message":"Your chosen model requires moderation and your )"
     R"(input was flagged","code":403,"metadata":{"reasons":["violence"],"flagged_input":"x",)"
     R"("provider_name":"OpenAI","model_slug":"m"}}})",
     kFilter, kNobody, false},
    {"openrouter", 404, R"({"error":{"message":"No endpoints found for x/y.","code":404}})", kModel,
     kNobody, true},
    {"openrouter", 400, R"({"error":{"message":"x is not a valid model ID","code":400}})", kModel,
     kNobody, true},
    {"openrouter", 429,
     R"({"error":{"message":"Provider returned error","code":429,"metadata":)"
     R"({"raw":"m is temporarily rate-limited upstream","provider_name":"BaseTen"}}})",
     kRate, kLimit, true},
    {"openrouter, inside a 200", 200,
     R"({"error":{"message":"Provider returned error","code":502,)"
     R"("metadata":{"raw":"ERROR","provider_name":"X"}},"user_id":"u"})",
     kRefused, kEndpoint, true},
    {"openrouter, an event", 200,
     R"({"id":"c","object":"chat.completion.chunk","choices":[],)"
     R"("error":{"code":429,"message":"slower","metadata":{"error_type":"rate_limit_exceeded"}}})",
     kRate, kLimit, true},
    {"openrouter", 503,
     R"({"error":{"message":"m","code":503,"metadata":{"error_type":)"
     R"("provider_overloaded"}}})",
     kOverloaded, kEndpoint, true},
};

}  // namespace

std::vector<NativeCase> native_cases() {
  std::vector<NativeCase> all(std::begin(kCases), std::end(kCases));
  const std::span<const NativeCase> further = further_native_cases();
  all.insert(all.end(), further.begin(), further.end());
  return all;
}

}  // namespace arouter
