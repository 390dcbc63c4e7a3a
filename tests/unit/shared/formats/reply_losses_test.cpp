// What an answer holds beyond the neutral chat is told, the same whole and streamed.
#include "shared/formats/reply_losses.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/registry.hpp"
#include "shared/sse.hpp"

namespace arouter {

namespace {

std::string lost_whole(std::string_view format, std::string_view body) {
  const Result<chat::Reply> reply = find_format(format)->decode_reply(body);
  REQUIRE(reply.has_value());
  return reply->losses.list();
}

/// `events`: the data of each; of those that have a name, it is their type.
std::string lost_streamed(std::string_view format, const std::vector<std::string>& events) {
  const auto decoder = find_format(format)->make_stream_decoder();
  for (const std::string& data : events) {
    SseBlock block;
    block.data = data;
    block.has_data = true;
    CAPTURE(data);
    REQUIRE(decoder->decode(block).has_value());
  }
  REQUIRE(decoder->finish().has_value());
  return decoder->losses().list();
}

// OpenAI.

std::string lost_of_message(const std::string& members, const std::string& beside = "") {
  const std::string rest = beside.empty() ? "" : "," + beside;
  const std::string whole =
      lost_whole("openai", R"({"choices":[{"message":{"role":"assistant",)" + members +
                               R"(},"finish_reason":"stop"}])" + rest + "}");
  const std::string streamed = lost_streamed(
      "openai", {R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})",
                 R"({"choices":[{"index":0,"delta":{)" + members + "}}]" + rest + "}",
                 R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})", "[DONE]"});
  CHECK(streamed == whole);
  return whole;
}

// Anthropic. A block and the deltas that bring it.

std::string event_of(const char* type, const std::string& members) {
  return std::string(R"({"type":")") + type + "\"" + (members.empty() ? "" : ",") + members + "}";
}

std::string lost_of_block(const std::string& whole, const std::string& first,
                          const std::vector<std::string>& deltas) {
  const std::string wanted = lost_whole(
      "anthropic", R"({"type":"message","content":[)" + whole + R"(],"stop_reason":"end_turn"})");
  std::vector<std::string> events{
      event_of("message_start", R"("message":{"content":[]})"),
      event_of("content_block_start", R"("index":0,"content_block":)" + first)};
  for (const std::string& delta : deltas) {
    events.push_back(event_of("content_block_delta", R"("index":0,"delta":)" + delta));
  }
  events.push_back(event_of("content_block_stop", R"("index":0)"));
  events.push_back(event_of("message_delta", R"("delta":{"stop_reason":"end_turn"})"));
  events.push_back(event_of("message_stop", ""));
  CHECK(lost_streamed("anthropic", events) == wanted);
  return wanted;
}

std::string lost_beside_content(const std::string& message, const std::string& delta,
                                const std::string& event) {
  const std::string whole = lost_whole(
      "anthropic",
      R"({"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn",)" + message + "}");
  const std::string rest = event.empty() ? "" : "," + event;
  CHECK(lost_streamed(
            "anthropic",
            {event_of("message_start", R"("message":{"content":[]})"),
             event_of("message_delta", R"("delta":{"stop_reason":"end_turn")" + delta + "}" + rest),
             event_of("message_stop", "")}) == whole);
  return whole;
}

// Gemini.

std::string lost_of_candidate(const std::string& parts, const std::string& members) {
  const std::string rest = members.empty() ? "" : "," + members;
  const std::string piece = R"({"candidates":[{"content":{"role":"model","parts":[)" + parts +
                            R"(]},"finishReason":"STOP","index":0)" + rest + "}]}";
  const std::string whole = lost_whole("gemini", piece);
  CHECK(lost_streamed("gemini", {R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}]})",
                                 piece}) == whole);
  return whole;
}

// Responses.

std::string lost_of_item(const std::string& item) {
  const std::string response =
      R"({"id":"r","status":"completed","output":[)" + item + R"(],"usage":null})";
  const std::string whole = lost_whole("responses", response);
  CHECK(lost_streamed("responses", {event_of("response.completed", R"("response":)" + response)}) ==
        whole);
  CHECK(lost_streamed("responses",
                      {event_of("response.created", R"("response":{"id":"r","output":[]})"),
                       event_of("response.output_item.done", R"("output_index":0,"item":)" + item),
                       event_of("response.completed",
                                R"("response":{"id":"r","status":"completed","output":[]})")}) ==
        whole);
  return whole;
}

}  // namespace

TEST_SUITE("reply losses") {
  TEST_CASE("what two found is one list, in its order") {
    chat::Losses request, answer;
    request.add("top_k");
    answer.add("reply.citations");
    answer.add("top_k");
    add_losses(request, answer);
    add_losses(request, {});
    CHECK(request.list() == "top_k, reply.citations");
  }

  TEST_CASE("openai: what a message says that has no place") {
    CHECK(lost_of_message(R"("content":"a")") == "");
    CHECK(lost_of_message(R"("content":"a","annotations":[{"type":"url_citation"}])") ==
          "reply.annotations");
    CHECK(lost_of_message(R"("audio":{"id":"audio_1","data":"AAAA","transcript":"a"})") ==
          "reply.audio");
    CHECK(lost_of_message(R"("content":"a","executed_tools":[{"index":0}])") ==
          "reply.executed_tools");
    CHECK(lost_of_message(R"("content":[{"type":"reference","reference_ids":[1]}])") ==
          "reply.content.reference");
    CHECK(lost_of_message(R"("reasoning_details":[{"type":"reasoning.song","text":"la"}])") ==
          "reply.reasoning_details");
  }

  TEST_CASE("openai: sources beside the choices") {
    CHECK(lost_of_message(R"("content":"a")", R"("citations":["https://a.example"])") ==
          "reply.citations");
    CHECK(lost_of_message(R"("content":"a")", R"("search_results":[{"title":"a"}],"images":[1])") ==
          "reply.search_results, reply.images");
  }

  TEST_CASE("openai: hints and what is empty are no losses") {
    CHECK(lost_of_message(R"("content":"a","refusal":null,"annotations":[],"audio":null,)"
                          R"("prefix":false,"note":"","context":{},"name":"bot","id":"m1",)"
                          R"("tool_calls":[],"reasoning_content":"","reasoning_details":[],)"
                          R"("images":[])",
                          R"("service_tier":"default","system_fingerprint":"fp","citations":[],)"
                          R"("provider":"x","x_groq":{"id":"r"},"prompt_filter_results":[{}])") ==
          "");
  }

  TEST_CASE("openai: calls of tools that take free text, in a stream") {
    const std::string call =
        R"({"index":0,"id":"c","type":"custom","custom":{"name":"f","input":"x"}})";
    CHECK(lost_streamed("openai", {R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + call +
                                   "]}}]}"}) == "reply.tool_calls.custom");
    CHECK(lost_whole("openai", R"({"choices":[{"message":{"tool_calls":[)" + call +
                                   R"(]},"finish_reason":"tool_calls"}]})") ==
          "reply.tool_calls.custom");
  }

  TEST_CASE("anthropic: blocks of the provider's own tools") {
    for (const std::string type :
         {"server_tool_use", "web_search_tool_result", "bash_code_execution_tool_result",
          "mcp_tool_use", "mcp_tool_result", "container_upload", "something_new"}) {
      const std::string block = R"({"type":")" + type + R"(","id":"s","input":{}})";
      CHECK(lost_of_block(block, block, {R"({"type":"input_json_delta","partial_json":"{}"})"}) ==
            "reply." + type);
    }
  }

  TEST_CASE("anthropic: sources of a text") {
    const std::string source = R"({"type":"char_location","cited_text":"a"})";
    CHECK(lost_of_block(R"({"type":"text","text":"a","citations":[)" + source + "]}",
                        R"({"type":"text","text":"","citations":[]})",
                        {R"({"type":"text_delta","text":"a"})",
                         R"({"type":"citations_delta","citation":)" + source + "}"}) ==
          "reply.citations");
    for (const char* none : {"[]", "null"}) {
      const std::string text = R"({"type":"text","text":"a","citations":)" + std::string(none);
      CHECK(lost_of_block(text + "}", text + "}", {}) == "");
    }
  }

  TEST_CASE("anthropic: deltas that nobody knows") {
    CHECK(lost_streamed("anthropic",
                        {event_of("message_start", R"("message":{"content":[]})"),
                         event_of("content_block_start",
                                  R"("index":0,"content_block":{"type":"text","text":""})"),
                         event_of("content_block_delta",
                                  R"("index":0,"delta":{"type":"song_delta","song":"la"})"),
                         event_of("ping", ""), event_of("weather", "")}) == "reply.song_delta");
  }

  TEST_CASE("anthropic: what stands beside the content") {
    const std::string box = R"("container":{"id":"container_1","expires_at":"2026"})";
    CHECK(lost_beside_content(box, "," + box, "") == "reply.container");
    const std::string why = R"("stop_details":{"type":"refusal","category":"cyber"})";
    CHECK(lost_beside_content(why, "," + why, "") == "reply.stop_details");
    const std::string edits =
        R"("context_management":{"applied_edits":[{"type":"clear_tool_uses_20250919"}]})";
    CHECK(lost_beside_content(edits, "", edits) == "reply.context_management");
    const std::string none = R"("container":null,"stop_details":null)";
    const std::string no_edits = R"("context_management":{"applied_edits":[]})";
    CHECK(lost_beside_content(none + "," + no_edits, "," + none, no_edits) == "");
  }

  TEST_CASE("gemini: parts and members of a candidate") {
    CHECK(lost_of_candidate(R"({"executableCode":{"language":"PYTHON","code":"1"}},)"
                            R"({"codeExecutionResult":{"outcome":"OUTCOME_OK"}},{"text":"a"})",
                            "") == "reply.executableCode, reply.codeExecutionResult");
    CHECK(lost_of_candidate(R"({"text":"a"})",
                            R"("groundingMetadata":{"webSearchQueries":["a"]},)"
                            R"("citationMetadata":{"citationSources":[{"uri":"u"}]},)"
                            R"("urlContextMetadata":{"urlMetadata":[{"retrievedUrl":"u"}]})") ==
          "reply.groundingMetadata, reply.citationMetadata, reply.urlContextMetadata");
    CHECK(lost_of_candidate(
              R"({"thought":true,"inlineData":{"mimeType":"image/png","data":"AAAA"}})", "") ==
          "reply.thought");
  }

  TEST_CASE("gemini: hints and what is empty are no losses") {
    CHECK(lost_of_candidate(R"({"text":"a"})",
                            R"("safetyRatings":[{"category":"a"}],"avgLogprobs":-0.5,)"
                            R"("tokenCount":3,"finishMessage":"Model generated function call(s).",)"
                            R"("groundingMetadata":{},"citationMetadata":null)") == "");
    CHECK(lost_whole("gemini", R"({"promptFeedback":{"blockReason":"SAFETY"}})") == "");
  }

  TEST_CASE("responses: items of the provider's own tools") {
    for (const std::string type :
         {"web_search_call", "file_search_call", "code_interpreter_call", "mcp_call",
          "mcp_list_tools", "mcp_approval_request", "computer_call", "something_new"}) {
      CHECK(lost_of_item(R"({"id":"i","type":")" + type + R"("})") == "reply." + type);
    }
    CHECK(lost_of_item(R"({"id":"i","type":"reasoning","summary":[]})") == "");
    CHECK(lost_of_item(R"({"id":"i","type":"image_generation_call","result":"AAAA"})") == "");
  }

  TEST_CASE("responses: sources and parts of a message") {
    const auto message = [](const std::string& part) {
      return R"({"id":"i","type":"message","role":"assistant","content":[)" + part + "]}";
    };
    CHECK(lost_of_item(message(R"({"type":"output_text","text":"a","annotations":[]})")) == "");
    CHECK(lost_of_item(message(R"({"type":"refusal","refusal":"no"})")) == "");
    CHECK(
        lost_of_item(message(R"({"type":"output_text","text":"a","annotations":[{"url":"u"}]})")) ==
        "reply.annotations");
    CHECK(lost_of_item(message(R"({"type":"output_audio","data":"AAAA"})")) ==
          "reply.content.output_audio");
  }

  TEST_CASE("responses: a stream tells of an item when it begins") {
    CHECK(lost_streamed("responses",
                        {event_of("response.output_item.added",
                                  R"("output_index":0,"item":{"type":"web_search_call"})")}) ==
          "reply.web_search_call");
    CHECK(lost_streamed("responses", {event_of("response.output_text.annotation.added",
                                               R"("output_index":0,"annotation":{"url":"u"})")}) ==
          "reply.annotations");
  }
}

}  // namespace arouter
