// Anthropic Messages, spoken by the Anthropic client.
import { base_url } from '../programs.mjs';

const finishes = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tools',
};

const choices = { required: 'any', none: 'none' };

function message_of(turn) {
  if (turn.said) return { role: 'assistant', content: turn.said };
  if (turn.answer) return { role: 'assistant', content: turn.answer.said };
  if (turn.results) {
    const content = turn.results.map(({ call, output }) => ({
      type: 'tool_result',
      tool_use_id: call.id,
      content: JSON.stringify(output),
    }));
    return { role: 'user', content };
  }
  const source_of = ({ type, data }) => ({ type: 'base64', media_type: type, data });
  const content = [{ type: 'text', text: turn.user }];
  if (turn.image) content.unshift({ type: 'image', source: source_of(turn.image) });
  if (turn.file) content.unshift({ type: 'document', source: source_of(turn.file) });
  return { role: 'user', content: content.length > 1 ? content : turn.user };
}

function request_of(model, turns, wish) {
  const request = { model, messages: turns.map(message_of), max_tokens: wish.maxTokens ?? 4096 };
  if (wish.system) request.system = wish.system;
  if (wish.tools) {
    request.tools = wish.tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: parameters,
    }));
  }
  if (wish.choice) request.tool_choice = { type: choices[wish.choice] };
  if (wish.named) request.tool_choice = { type: 'tool', name: wish.named };
  if (wish.serial) request.tool_choice = { type: 'auto', disable_parallel_tool_use: true };
  if (wish.stop) request.stop_sequences = [wish.stop];
  if (wish.temperature !== undefined) request.temperature = wish.temperature;
  if (wish.schema) request.output_config = { format: { type: 'json_schema', schema: wish.schema } };
  if (wish.think) request.thinking = { type: 'enabled', budget_tokens: 2048 };
  return request;
}

function answer_of(message, pieces) {
  const of_type = (type) => message.content.filter((block) => block.type === type);
  const { usage } = message;
  const cached = (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
  return {
    text: of_type('text')
      .map((block) => block.text)
      .join(''),
    calls: of_type('tool_use').map(({ id, name, input }) => ({ id, name, arguments: input })),
    thought: of_type('thinking')
      .map((block) => block.thinking)
      .join(''),
    finish: finishes[message.stop_reason] ?? message.stop_reason,
    input: usage.input_tokens + cached,
    output: usage.output_tokens,
    said: message.content,
    said_only: message.content.filter((block) => !block.type.endsWith('thinking')),
    pieces,
  };
}

export const anthropic = (Anthropic) => ({
  format: 'anthropic',
  open: ({ root, apiKey }) =>
    new Anthropic({ baseURL: base_url(root, 'anthropic'), apiKey, maxRetries: 0, timeout: 60_000 }),
  async ask(client, model, turns, wish) {
    const request = request_of(model, turns, wish);
    if (!wish.stream) return answer_of(await client.messages.create(request));
    let pieces = 0;
    const stream = client.messages.stream(request);
    stream.on('text', () => ++pieces);
    return answer_of(await stream.finalMessage(), pieces);
  },
  ask_nonsense: (client, model, { stream }) =>
    client.messages.create({ model, messages: [], max_tokens: 1, stream }),
  async count(client, model, turns, wish) {
    const { max_tokens: _, ...request } = request_of(model, turns, wish);
    return (await client.messages.countTokens(request)).input_tokens;
  },
  is_unknown_model: (error) =>
    error instanceof Anthropic.NotFoundError && error.error.error.type === 'not_found_error',
  is_wrong_key: (error) =>
    error instanceof Anthropic.AuthenticationError &&
    error.error.error.type === 'authentication_error',
  is_trouble: (error, status) =>
    error.status === status &&
    error instanceof (status === 429 ? Anthropic.RateLimitError : Anthropic.InternalServerError),
  is_bad_request: (error) =>
    error instanceof Anthropic.BadRequestError &&
    error.error.error.type === 'invalid_request_error',
});
