#include "tests/integration/config_text.hpp"

#include <string_view>

namespace arouter::test {

std::string encode_config(const ConfigText& text, const std::vector<std::string>& base_urls) {
  constexpr std::string_view kNames[] = {"acme", "beta", "gamma"};
  std::string config = "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n" + text.server + "\n";
  for (std::size_t i = 0; i < base_urls.size(); ++i) {
    config +=
        "[[provider]]\nname = \"" + std::string(kNames[i]) + "\"\nbase_url = \"" + base_urls[i] +
        "\"\nkeys = [{ env = \"ACME_KEY\" }]\n" + text.provider +
        (text.provider.find("breaker") == std::string::npos ? "\nbreaker = { failures = 0 }" : "") +
        "\n[[provider.model]]\nid = \"model-a\"\nname = \"Model A\"\n"
        "context_length = 128000\nmax_completion_tokens = 8192\n"
        "pricing = { prompt = \"0.000002\", completion = \"0.000006\" }\n"
        "supported_parameters = [\"tools\", \"temperature\"]\n\n";
  }
  return config + text.tail;
}

}  // namespace arouter::test
