// What every client must be able to do at every end, whatever is spoken between them. A speaker
// (speakers/) says it in its client's own way: `ask` gives text, calls, finish, input and output
// tokens, and what was `said`, to send back.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { answerTokens, startWorld } from './programs.mjs';

const question = [{ user: 'Say a few words.' }];
const string = { type: 'string' };
const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: string }, required: ['city'] },
};
const clock = {
  name: 'get_time',
  description: 'The time in a zone.',
  parameters: { type: 'object', properties: { zone: string }, required: ['zone'] },
};
// One pixel.
const image = {
  type: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};
const file = {
  type: 'application/pdf',
  name: 'empty.pdf',
  data: Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64'),
};
const schema = {
  type: 'object',
  properties: { city: string, people: { type: 'integer' } },
  required: ['city', 'people'],
  additionalProperties: false,
};

const words = (text) => text.split(' ').length;
const alike = ({ text, finish, input, output, thought }) => ({
  text,
  finish,
  input,
  output,
  thought,
});
const outputs = { get_weather: { sky: 'sunny' }, get_time: { hour: 'noon' } };
const results_for = (calls) => ({
  results: calls.map((call) => ({ call, output: outputs[call.name] })),
});

/// Calls tools, sends their results back, and gives both answers.
async function round_trip(ask, user, tools, wish) {
  const asked = { user };
  const call = await ask([asked], { ...wish, tools });
  assert.equal(call.finish, 'tools');
  const turns = [asked, { answer: call }, results_for(call.calls)];
  const final = await ask(turns, { ...wish, tools });
  assert.equal(final.finish, 'stop');
  assert.deepEqual(final.calls, []);
  return { call, final };
}

/// Whether what was thought is sent back to the provider, which checks what it signed.
const remembers_thoughts = (speaker, end) =>
  ['anthropic', 'responses'].includes(end.direct ? speaker.format : end.format);

/// Both ways of asking, and what they must agree on.
const ways = [
  ['plain', {}],
  ['streamed', { stream: true }],
];

export function converse(speaker, end) {
  const client = speaker.open(end);
  const ask = (turns, wish = {}) => speaker.ask(client, end.model, turns, wish);

  test('a plain answer has its words and counts them', async () => {
    const answer = await ask(question);
    assert.equal(words(answer.text), answerTokens);
    assert.equal(answer.output, answerTokens);
    assert.equal(answer.finish, 'stop');
    assert.ok(answer.input > 0);
  });

  test('a streamed answer is the plain one in pieces', async () => {
    const streamed = await ask(question, { stream: true });
    assert.deepEqual(alike(streamed), alike(await ask(question)));
    assert.ok(streamed.pieces > 3, `${streamed.pieces} pieces`);
  });

  test('instructions arrive, and count', async () => {
    const without = await ask(question);
    const answer = await ask(question, { system: 'Answer in one long sentence, kindly.' });
    assert.equal(answer.finish, 'stop');
    assert.ok(answer.input > without.input);
  });

  test('a conversation goes on', async () => {
    const first = await ask(question);
    const second = await ask([...question, { answer: first }, { user: 'Go on.' }]);
    assert.ok(second.input > first.input);
    assert.notEqual(second.text, first.text);
  });

  for (const [way, wish] of ways) {
    test(`a cap on the answer holds, ${way}`, async () => {
      // The least that the Responses API takes.
      const most = 16;
      const answer = await ask(question, { ...wish, maxTokens: most });
      assert.equal(answer.finish, 'length');
      assert.equal(answer.output, most);
      assert.equal(words(answer.text), most);
    });

    test(`a tool is called, and its result is answered, ${way}`, async () => {
      const { call, final } = await round_trip(ask, 'Use a tool.', [weather, clock], wish);
      assert.deepEqual(
        call.calls.map(({ name }) => name),
        ['get_weather'],
      );
      assert.equal(typeof call.calls[0].arguments.city, 'string');
      assert.match(final.text, /The tool says: .*sunny/);
    });

    test(`tools are called in parallel, ${way}`, async () => {
      const { call, final } = await round_trip(ask, 'Use parallel tools.', [weather, clock], wish);
      assert.deepEqual(
        call.calls.map(({ name }) => name),
        ['get_weather', 'get_time'],
      );
      assert.match(final.text, /sunny.*noon/);
    });

    test(`a tool is called when it must be, ${way}`, async () => {
      const answer = await ask(question, { ...wish, tools: [clock], choice: 'required' });
      assert.equal(answer.finish, 'tools');
      assert.equal(answer.calls[0].name, 'get_time');
    });

    test(`a tool is called by its name, or not at all, ${way}`, async () => {
      const tools = [weather, clock];
      const named = await ask(question, { ...wish, tools, named: 'get_time' });
      assert.deepEqual(
        named.calls.map(({ name }) => name),
        ['get_time'],
      );
      const none = await ask([{ user: 'Use a tool.' }], { ...wish, tools, choice: 'none' });
      assert.deepEqual(none.calls, []);
      assert.equal(none.finish, 'stop');
    });

    test(`one tool at a time is called when that is wanted, ${way}`, async (context) => {
      if ([speaker.format, end.format].includes('gemini')) {
        return context.skip('Gemini cannot be told');
      }
      const turns = [{ user: 'Use parallel tools.' }];
      const { calls } = await ask(turns, { ...wish, tools: [weather, clock], serial: true });
      assert.equal(calls.length, 1);
    });

    test(`a tool without arguments is called, ${way}`, async () => {
      const bare = {
        name: 'ping',
        description: 'Is it there?',
        parameters: { type: 'object', properties: {} },
      };
      const { calls } = await ask(question, { ...wish, tools: [bare], choice: 'required' });
      assert.deepEqual(
        calls.map(({ name, arguments: given }) => [name, given]),
        [['ping', {}]],
      );
    });

    test(`an image is seen, ${way}`, async () => {
      const answer = await ask([{ user: 'What is this?', image }], wish);
      assert.equal(answer.text, 'I see 1 image.');
    });

    test(`a file is read, ${way}`, async () => {
      const answer = await ask([{ user: 'What is in it?', file }], wish);
      assert.equal(answer.text, 'I see 1 file.');
    });

    test(`sampling is settled, ${way}`, async (context) => {
      if (speaker.format === 'anthropic') {
        return context.skip('newer versions of the API have no sampling parameters');
      }
      const answer = await ask(question, { ...wish, temperature: 0.5 });
      assert.equal(answer.output, answerTokens);
    });

    test(`an answer keeps to a schema, ${way}`, async () => {
      const { text } = await ask(question, { ...wish, schema });
      const value = JSON.parse(text);
      assert.deepEqual(Object.keys(value).sort(), ['city', 'people']);
      assert.ok(Number.isInteger(value.people));
    });

    test(`thoughts are told, and come back with the result of a tool, ${way}`, async () => {
      const thinking = { ...wish, think: true };
      const { call, final } = await round_trip(ask, 'Use a tool.', [weather], thinking);
      assert.match(final.text, /sunny/);
      // Nothing in a chat asks for the summary that Responses tell only when asked.
      if (speaker.format === 'openai' && end.format === 'responses') return;
      assert.ok(call.thought.length > 0);
      if (!remembers_thoughts(speaker, end)) return;
      const forgotten = [{ user: 'Use a tool.' }, { answer: { said: call.said_only } }];
      const turns = [...forgotten, results_for(call.calls)];
      const without = await ask(turns, { ...wish, tools: [weather] });
      assert.ok(final.input > without.input, 'the provider gets its thoughts again');
    });
  }

  test('an answer ends where it is told to', async (context) => {
    if ([speaker.format, end.format].includes('responses')) {
      return context.skip('Responses knows no stop sequences');
    }
    const { text } = await ask(question);
    const stop = text.split(' ')[7];
    const answer = await ask(question, { stop });
    assert.equal(answer.text, text.slice(0, text.indexOf(stop)));
    assert.equal(answer.finish, 'stop');
  });

  test('tokens are counted as they are billed', async (context) => {
    if (!speaker.count) return context.skip('chat completions cannot count');
    const count = await speaker.count(client, end.model, question, {});
    // Where the provider cannot count, the daemon estimates.
    if (end.format === 'openai') assert.ok(count > 0);
    else assert.equal(count, (await ask(question)).input);
  });

  for (const [way, wish] of ways) {
    test(`an unknown model is not found, ${way}`, async () => {
      const other = end.model.replace('small', 'missing');
      await assert.rejects(speaker.ask(client, other, question, wish), (error) => {
        assert.ok(speaker.is_unknown_model(error), `${error.constructor.name}: ${error.message}`);
        assert.match(error.message, /demo-missing/);
        return true;
      });
    });

    test(`a wrong key is refused and not repeated, ${way}`, async () => {
      const stranger = speaker.open({ ...end, apiKey: 'sk-wrong-key-123' });
      await assert.rejects(speaker.ask(stranger, end.model, question, wish), (error) => {
        assert.ok(speaker.is_wrong_key(error, end), `${error.constructor.name}: ${error.message}`);
        assert.doesNotMatch(`${error.message} ${JSON.stringify(error.error)}`, /sk-wrong-key-123/);
        return true;
      });
    });

    test(`a request that makes no sense is refused, ${way}`, async () => {
      await assert.rejects(speaker.ask_nonsense(client, end.model, wish), (error) => {
        assert.ok(speaker.is_bad_request(error), `${error.constructor.name}: ${error.message}`);
        return true;
      });
    });
  }

  test('many at once are all answered', async () => {
    const asks = Array.from({ length: 16 }, (_, i) =>
      ask([{ user: `Say a few words about ${i}.` }], { stream: i % 2 === 0 }),
    );
    for (const answer of await Promise.all(asks)) assert.equal(answer.output, answerTokens);
  });
}

/// What has one right answer, whoever gives it.
const settled = {
  'the call of a tool': [[{ user: 'Use a tool.' }], { tools: [weather] }],
  'what an image shows': [[{ user: 'What is this?', image }], {}],
  'a value that keeps to a schema': [question, { schema }],
};

/// The ends against each other: the daemon adds nothing and loses nothing.
function compare(speaker, direct, routed) {
  const ask = (end, turns, wish) => speaker.ask(speaker.open(end), end.model, turns, wish);
  const same = routed.filter((end) => end.format === speaker.format);

  for (const [way, wish] of ways) {
    for (const end of same) {
      test(`${end.name}: the answer is what the provider says, ${way}`, async () => {
        const wanted = await ask(direct, question, wish);
        assert.deepEqual(alike(await ask(end, question, wish)), alike(wanted));
      });
    }

    for (const end of routed) {
      test(`${end.name}: what has one right answer gets it, ${way}`, async () => {
        for (const [what, [turns, more]] of Object.entries(settled)) {
          const told = ({ text, calls, finish }) => ({
            text,
            calls: calls.map(({ name, arguments: given }) => ({ name, given })),
            finish,
          });
          const wanted = await ask(direct, turns, { ...wish, ...more });
          const got = await ask(end, turns, { ...wish, ...more });
          assert.deepEqual(told(got), told(wanted), what);
        }
      });

      test(`${end.name}: a question costs as many tokens, ${way}`, async () => {
        const wanted = await ask(direct, question, wish);
        const got = await ask(end, question, wish);
        assert.deepEqual([got.input, got.output], [wanted.input, wanted.output]);
      });
    }
  }
}

/// All of it at every end, then whether the ends agree.
export function converse_everywhere(title, speaker, { direct, routed }) {
  for (const end of [direct, ...routed]) {
    describe(`${title}, ${end.name}`, () => converse(speaker, end));
  }
  describe(`${title}, directly and through the daemon`, () => compare(speaker, direct, routed));
}

/// What the provider answers to every call, and what the daemon makes of it: whose fault it is.
const troubles = [
  [401, 502],
  [429, 429],
  [500, 502],
  [503, 503],
];

/// A provider in trouble. Starts worlds of its own.
export function suffer(title, speakers) {
  for (const [status, seen] of troubles) {
    describe(`${title}, a provider that answers ${status}`, async () => {
      const world = await startWorld({ status });
      after(() => world.end());
      for (const speaker of speakers) {
        for (const end of world.routed) {
          for (const [way, wish] of ways) {
            test(`${end.name}, ${way}`, async () => {
              const client = speaker.open(end);
              await assert.rejects(speaker.ask(client, end.model, question, wish), (error) => {
                assert.ok(speaker.is_trouble(error, seen), `${error.status}: ${error.message}`);
                return true;
              });
            });
          }
        }
      }
    });
  }
}
