// OpenAI Responses, spoken by the OpenAI client.
import { chat } from './chat.mjs';

function items_of(turn) {
  if (turn.said) {
    const content = [{ type: 'output_text', text: turn.said, annotations: [] }];
    return [{ type: 'message', role: 'assistant', status: 'completed', content }];
  }
  if (turn.answer) return turn.answer.said;
  if (turn.results) {
    return turn.results.map(({ call, output }) => ({
      type: 'function_call_output',
      call_id: call.id,
      output: JSON.stringify(output),
    }));
  }
  const parts = [{ type: 'input_text', text: turn.user }];
  if (turn.image) {
    const image_url = `data:${turn.image.type};base64,${turn.image.data}`;
    parts.push({ type: 'input_image', image_url, detail: 'auto' });
  }
  if (turn.file) {
    const file_data = `data:${turn.file.type};base64,${turn.file.data}`;
    parts.push({ type: 'input_file', filename: turn.file.name, file_data });
  }
  return [{ role: 'user', content: parts.length > 1 ? parts : turn.user }];
}

export function request_of(model, turns, wish) {
  const request = { model, input: turns.flatMap(items_of), store: false };
  if (wish.system) request.instructions = wish.system;
  if (wish.tools) {
    request.tools = wish.tools.map((tool) => ({ type: 'function', strict: false, ...tool }));
  }
  if (wish.choice) request.tool_choice = wish.choice;
  if (wish.named) request.tool_choice = { type: 'function', name: wish.named };
  if (wish.serial) request.parallel_tool_calls = false;
  if (wish.maxTokens) request.max_output_tokens = wish.maxTokens;
  if (wish.temperature !== undefined) request.temperature = wish.temperature;
  if (wish.schema) {
    request.text = {
      format: { type: 'json_schema', name: 'thing', schema: wish.schema, strict: false },
    };
  }
  if (wish.think) {
    request.reasoning = { effort: 'medium', summary: 'auto' };
    request.include = ['reasoning.encrypted_content'];
  }
  return request;
}

function finish_of({ status, incomplete_details }, calls) {
  if (status === 'incomplete') {
    return incomplete_details.reason === 'max_output_tokens' ? 'length' : incomplete_details.reason;
  }
  if (status !== 'completed') return status;
  return calls.length > 0 ? 'tools' : 'stop';
}

export function answer_of(response, pieces) {
  const of_type = (type) => response.output.filter((item) => item.type === type);
  const calls = of_type('function_call').map((call) => ({
    id: call.call_id,
    name: call.name,
    arguments: JSON.parse(call.arguments),
  }));
  return {
    text: of_type('message')
      .map((item) => item.content.map((part) => part.text).join(''))
      .join(''),
    calls,
    thought: of_type('reasoning')
      .flatMap((item) => item.summary.map((part) => part.text))
      .join(''),
    finish: finish_of(response, calls),
    input: response.usage?.input_tokens,
    output: response.usage?.output_tokens,
    said: response.output,
    said_only: response.output.filter(({ type }) => type !== 'reasoning'),
    pieces,
  };
}

export const responses = (OpenAI) => ({
  ...chat(OpenAI),
  format: 'responses',
  async ask(client, model, turns, wish) {
    const request = request_of(model, turns, wish);
    if (!wish.stream) return answer_of(await client.responses.create(request));
    let pieces = 0;
    const stream = client.responses.stream(request);
    stream.on('response.output_text.delta', () => ++pieces);
    return answer_of(await stream.finalResponse(), pieces);
  },
  ask_nonsense: (client, model, { stream }) => client.responses.create({ model, input: 7, stream }),
  async count(client, model, turns, wish) {
    const { input_tokens } = await client.responses.inputTokens.count({
      model,
      input: request_of(model, turns, wish).input,
    });
    return input_tokens;
  },
});
