// Gemini, spoken by Google's client.
import { base_url } from '../programs.mjs';

const finishes = { STOP: 'stop', MAX_TOKENS: 'length' };

const choices = { required: 'ANY', none: 'NONE' };

function content_of(turn) {
  if (turn.said) return { role: 'model', parts: [{ text: turn.said }] };
  if (turn.answer) return turn.answer.said;
  if (turn.results) {
    const parts = turn.results.map(({ call, output }) => ({
      functionResponse: { id: call.id, name: call.name, response: output },
    }));
    return { role: 'user', parts };
  }
  const parts = [{ text: turn.user }];
  for (const { type, data } of [turn.image, turn.file].filter(Boolean)) {
    parts.push({ inlineData: { mimeType: type, data } });
  }
  return { role: 'user', parts };
}

function request_of(model, turns, wish) {
  const config = {};
  if (wish.system) config.systemInstruction = wish.system;
  if (wish.tools) {
    const functionDeclarations = wish.tools.map(({ name, description, parameters }) => ({
      name,
      description,
      parametersJsonSchema: parameters,
    }));
    config.tools = [{ functionDeclarations }];
  }
  const calling = (functionCallingConfig) => (config.toolConfig = { functionCallingConfig });
  if (wish.choice) calling({ mode: choices[wish.choice] });
  if (wish.named) calling({ mode: 'ANY', allowedFunctionNames: [wish.named] });
  if (wish.maxTokens) config.maxOutputTokens = wish.maxTokens;
  if (wish.stop) config.stopSequences = [wish.stop];
  if (wish.temperature !== undefined) config.temperature = wish.temperature;
  if (wish.schema) {
    config.responseMimeType = 'application/json';
    config.responseJsonSchema = wish.schema;
  }
  if (wish.think) config.thinkingConfig = { includeThoughts: true, thinkingBudget: 2048 };
  return { model, contents: turns.map(content_of), config };
}

const bare = ({ thoughtSignature: _, ...part }) => part;

/// `parts` of all responses; the last response has the counts.
function answer_of(parts, last, pieces) {
  const texts = (thought) =>
    parts
      .filter((part) => part.text && !!part.thought === thought)
      .map((part) => part.text)
      .join('');
  const calls = parts
    .filter((part) => part.functionCall)
    .map(({ functionCall: { id, name, args } }) => ({ id, name, arguments: args ?? {} }));
  const finish = last.candidates[0].finishReason;
  const usage = last.usageMetadata ?? {};
  return {
    text: texts(false),
    calls,
    thought: texts(true),
    finish: finish === 'STOP' && calls.length > 0 ? 'tools' : (finishes[finish] ?? finish),
    input: usage.promptTokenCount,
    output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    said: { role: 'model', parts },
    said_only: { role: 'model', parts: parts.filter((part) => !part.thought).map(bare) },
    pieces,
  };
}

const told = (error) => JSON.parse(error.message).error;

export const genai = ({ GoogleGenAI, ApiError }) => ({
  format: 'gemini',
  open: ({ root, apiKey }) =>
    new GoogleGenAI({
      apiKey,
      httpOptions: { baseUrl: base_url(root, 'gemini'), timeout: 60_000 },
    }),
  async ask(client, model, turns, wish) {
    const request = request_of(model, turns, wish);
    if (!wish.stream) {
      const response = await client.models.generateContent(request);
      return answer_of(response.candidates[0].content?.parts ?? [], response);
    }
    const parts = [];
    let last;
    for await (last of await client.models.generateContentStream(request)) {
      parts.push(...(last.candidates?.[0]?.content?.parts ?? []));
    }
    return answer_of(parts, last, parts.length);
  },
  ask_nonsense(client, model, { stream }) {
    const request = { model, contents: [{ role: 'robot', parts: [{ text: 'Say a few words.' }] }] };
    return stream
      ? client.models.generateContentStream(request)
      : client.models.generateContent(request);
  },
  async count(client, model, turns) {
    const { contents } = request_of(model, turns, {});
    return (await client.models.countTokens({ model, contents })).totalTokens;
  },
  is_unknown_model: (error) =>
    error instanceof ApiError && error.status === 404 && told(error).status === 'NOT_FOUND',
  // A key that is sent and wrong is a bad request to Google, but not to the daemon.
  is_wrong_key: (error, { direct }) =>
    error instanceof ApiError &&
    (direct
      ? error.status === 400 && told(error).details[0].reason === 'API_KEY_INVALID'
      : error.status === 401 && told(error).status === 'UNAUTHENTICATED'),
  is_trouble: (error, status) =>
    error instanceof ApiError && error.status === status && told(error).code === status,
  is_bad_request: (error) =>
    error instanceof ApiError && error.status === 400 && told(error).status === 'INVALID_ARGUMENT',
});
