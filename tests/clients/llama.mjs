// Whether a model says the same to every client, directly and through the daemon, in whatever
// format the daemon asks for it. The server is llama.cpp's, which nobody here wrote: it speaks chat
// completions, Responses and Messages natively. $AROUTER_LLAMA is its URL, $AROUTER_LLAMA_MODEL the
// model's name there.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import * as google from '@google/genai';
import OpenAI from 'openai';
import { startWorld } from './programs.mjs';
import { anthropic } from './speakers/anthropic.mjs';
import { chat } from './speakers/chat.mjs';
import { genai } from './speakers/genai.mjs';
import { answer_of, request_of, responses } from './speakers/responses.mjs';

const upstream = process.env.AROUTER_LLAMA.replace(/\/(v1\/?)?$/, '');
const models = [process.env.AROUTER_LLAMA_MODEL || 'tiny'];
const world = await startWorld({
  upstream,
  models,
  served: ['openai', 'anthropic', 'responses'],
});
after(() => world.end());
const { direct, routed } = world;

/// The server's own stream of a Response leaves out what OpenAI's accumulator cannot do without, so
/// that only the end of the stream is looked at.
const patient = {
  ...responses(OpenAI),
  async ask(client, model, turns, wish) {
    const request = request_of(model, turns, wish);
    if (!wish.stream) return answer_of(await client.responses.create(request));
    let last;
    for await (last of await client.responses.create({ ...request, stream: true }));
    return answer_of(last.response);
  },
};

const speakers = [
  ['chat completions', chat(OpenAI)],
  ['Responses', patient],
  ['Messages', anthropic(Anthropic)],
  ['Gemini', genai(google)],
];
const question = [{ user: 'Tell me about the weather.' }];
const talk = [
  ...question,
  { said: 'It is fine.' },
  { user: 'And tomorrow? Answer in one sentence.' },
];
const conversations = [
  ['a question', question, { maxTokens: 64 }],
  // Cut at the least that the Responses API takes.
  ['a question cut short', question, { maxTokens: 16 }],
  ['a conversation with instructions', talk, { maxTokens: 64, system: 'You are brief.' }],
];
const alike = ({ text, finish, input, output }) => ({ text, finish, input, output });
/// The server's Responses are always complete, even when the cap cut them.
const tells_length = (speaker, end) => (end.direct ? speaker : end).format !== 'responses';

for (const [what, turns, limits] of conversations) {
  // The whole table is compared to this one answer.
  const reference = chat(OpenAI);
  const wanted = alike(
    await reference.ask(reference.open(direct), direct.model, turns, { ...limits, temperature: 0 }),
  );
  console.log(`${what}: ${JSON.stringify(wanted)}`);

  for (const [name, speaker] of speakers) {
    const ends = speaker.format === 'gemini' ? routed : [direct, ...routed];
    describe(`${what}, ${name}`, () => {
      for (const end of ends) {
        for (const stream of [false, true]) {
          test(`${end.name}, ${stream ? 'streamed' : 'plain'}`, async () => {
            const wish = { ...limits, temperature: 0, stream };
            const answer = await speaker.ask(speaker.open(end), end.model, turns, wish);
            const { finish, ...others } = alike(answer);
            const { finish: wanted_finish, ...wanted_others } = wanted;
            assert.deepEqual(others, wanted_others);
            if (tells_length(speaker, end)) assert.equal(finish, wanted_finish);
          });
        }
      }
    });
  }
}

describe('counts', () => {
  const speaker = anthropic(Anthropic);
  for (const end of routed.filter(({ format }) => format === 'anthropic')) {
    test(`${end.name}, as directly`, async () => {
      const count = ({ model, ...at }) => speaker.count(speaker.open(at), model, question, {});
      assert.equal(await count(end), await count(direct));
    });
  }
});
