// OpenAI chat completions, spoken by the OpenAI client.
import { base_url } from '../programs.mjs';

const finishes = { stop: 'stop', length: 'length', tool_calls: 'tools' };

function message_of(turn) {
  if (turn.said) return [{ role: 'assistant', content: turn.said }];
  if (turn.answer) return [turn.answer.said];
  if (turn.results) {
    return turn.results.map(({ call, output }) => ({
      role: 'tool',
      tool_call_id: call.id,
      content: JSON.stringify(output),
    }));
  }
  const parts = [{ type: 'text', text: turn.user }];
  if (turn.image) {
    const url = `data:${turn.image.type};base64,${turn.image.data}`;
    parts.push({ type: 'image_url', image_url: { url } });
  }
  if (turn.file) {
    const file_data = `data:${turn.file.type};base64,${turn.file.data}`;
    parts.push({ type: 'file', file: { filename: turn.file.name, file_data } });
  }
  return [{ role: 'user', content: parts.length > 1 ? parts : turn.user }];
}

function request_of(model, turns, wish) {
  const request = { model, messages: turns.flatMap(message_of) };
  if (wish.system) request.messages.unshift({ role: 'system', content: wish.system });
  if (wish.tools) request.tools = wish.tools.map((tool) => ({ type: 'function', function: tool }));
  if (wish.choice) request.tool_choice = wish.choice;
  if (wish.named) request.tool_choice = { type: 'function', function: { name: wish.named } };
  if (wish.serial) request.parallel_tool_calls = false;
  if (wish.maxTokens) request.max_completion_tokens = wish.maxTokens;
  if (wish.stop) request.stop = [wish.stop];
  if (wish.temperature !== undefined) request.temperature = wish.temperature;
  if (wish.seed !== undefined) request.seed = wish.seed;
  if (wish.schema) {
    request.response_format = {
      type: 'json_schema',
      json_schema: { name: 'thing', schema: wish.schema },
    };
  }
  if (wish.think) request.reasoning_effort = 'medium';
  return request;
}

function answer_of({ choices: [choice], usage }, pieces) {
  const { message } = choice;
  return {
    text: message.content ?? '',
    calls: (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    })),
    thought: message.reasoning_content ?? '',
    finish: finishes[choice.finish_reason] ?? choice.finish_reason,
    input: usage?.prompt_tokens,
    output: usage?.completion_tokens,
    said: message,
    said_only: { ...message, reasoning_content: undefined, reasoning_details: undefined },
    pieces,
  };
}

export const chat = (OpenAI) => ({
  format: 'openai',
  open: ({ root, apiKey }) =>
    new OpenAI({ baseURL: base_url(root, 'openai'), apiKey, maxRetries: 0, timeout: 60_000 }),
  async ask(client, model, turns, wish) {
    const request = request_of(model, turns, wish);
    if (!wish.stream) return answer_of(await client.chat.completions.create(request));
    let pieces = 0;
    const stream = client.chat.completions.stream({
      ...request,
      stream_options: { include_usage: true },
    });
    stream.on('content', () => ++pieces);
    return answer_of(await stream.finalChatCompletion(), pieces);
  },
  ask_nonsense: (client, model, { stream }) => client.chat.completions.create({ model, stream }),
  is_unknown_model: (error) =>
    error instanceof OpenAI.NotFoundError &&
    error.status === 404 &&
    error.code === 'model_not_found',
  is_wrong_key: (error) => error instanceof OpenAI.AuthenticationError && error.status === 401,
  is_trouble: (error, status) =>
    error.status === status &&
    error instanceof (status === 429 ? OpenAI.RateLimitError : OpenAI.InternalServerError),
  is_bad_request: (error) => error instanceof OpenAI.BadRequestError && error.status === 400,
});
