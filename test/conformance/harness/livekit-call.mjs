// Two LiveKit clients in one call. Runs inside the SFU's network namespace; plain JavaScript, since the client
// library is not in this project's node_modules.
// Usage: livekit-call.mjs CLIENTS-FOLDER SERVER-URL API-KEY API-SECRET. Prints one JSON object per line.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [, , folder, url, apiKey, apiSecret] = process.argv;
const require = createRequire(join(folder, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const rtc = await load('@livekit/rtc-node');
const { AccessToken, RoomServiceClient } = await load('livekit-server-sdk');

const SAMPLE_RATE = 48_000;
const FRAME = 480;
const say = (message) => console.log(JSON.stringify(message));

/** As the authorization service does it: joining is granted, creating is not. */
async function token(identity, room) {
  const made = new AccessToken(apiKey, apiSecret, { identity });
  made.addGrant({ room, roomJoin: true, roomCreate: false, canPublish: true, canSubscribe: true });
  return made.toJwt();
}

async function join_(identity, name) {
  const room = new rtc.Room();
  const heard = { frames: 0 };
  room.on(rtc.RoomEvent.TrackSubscribed, async (track) => {
    const stream = new rtc.AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 });
    for await (const frame of stream) {
      // Silence is what a jitter buffer makes up when nothing arrives.
      if (frame.data.some((sample) => Math.abs(sample) > 1000)) heard.frames += 1;
    }
  });
  await room.connect(url, await token(identity, name), { autoSubscribe: true, dynacast: false });
  const source = new rtc.AudioSource(SAMPLE_RATE, 1);
  const track = rtc.LocalAudioTrack.createAudioTrack('tone', source);
  const options = new rtc.TrackPublishOptions();
  options.source = rtc.TrackSource.SOURCE_MICROPHONE;
  await room.localParticipant.publishTrack(track, options);
  return { room, source, heard };
}

async function tone({ source }, stop) {
  for (let offset = 0; !stop.now; offset += FRAME) {
    const data = Int16Array.from({ length: FRAME }, (_, index) =>
      Math.round(12_000 * Math.sin((2 * Math.PI * 440 * (offset + index)) / SAMPLE_RATE)),
    );
    await source.captureFrame(new rtc.AudioFrame(data, SAMPLE_RATE, 1, FRAME));
  }
}

try {
  await Promise.race([
    join_('stranger', 'unknown-room'),
    sleep(15_000).then(() => Promise.reject(new Error('timeout'))),
  ]);
  say({ unknownRoom: 'joined' });
} catch (error) {
  say({ unknownRoom: String(error?.message ?? error) });
}

await new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret).createRoom({
  name: 'call',
  emptyTimeout: 60,
});
const stop = { now: false };
const people = [await join_('a', 'call'), await join_('b', 'call')];
say({ joined: people.length });
for (const person of people) void tone(person, stop);
// Runs until it is stopped, so that the traffic can be watched meanwhile.
for (;;) {
  await sleep(250);
  say({ heard: people.map((person) => person.heard.frames) });
}
