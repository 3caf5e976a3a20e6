import { join } from 'node:path';
import { describe, it } from 'vitest';
import { finishInterrupted } from '../../src/disk/write.ts';
import { badDisk, deadOwner, put, useOutputFolder } from '../disk/folders.ts';
import { BEFORE, changesOfAWrite, expectRecovery, writeBadly } from '../disk/scenario.ts';

const { parent } = useOutputFolder();

/** The change after which a write has happened, and how many there are. */
async function pointOfNoReturn(): Promise<{ readonly committed: number; readonly length: number }> {
  const changes = await changesOfAWrite(join(parent(), 'counted'));
  return {
    committed: changes.findIndex((change) => /^rename .*draft /.test(change)) + 1,
    length: changes.length,
  };
}

/** One mishap at every place is part of the quick tests; here are two. */
describe('a write that is killed', () => {
  it('and whose next one is killed too, is finished by the one after', async () => {
    const { committed, length } = await pointOfNoReturn();
    for (let first = committed - 1; first <= length; first += 3) {
      for (let second = 1; ; second++) {
        const place = join(parent(), `${first}-${second}`);
        await put(place, BEFORE);
        await writeBadly(place, (n) => (n === first ? 'dies' : undefined));
        const { disk } = badDisk((n) => (n === second ? 'dies' : undefined));
        const end = await finishInterrupted(place, { disk, self: deadOwner() }).then(
          () => 'done',
          () => 'failed',
        );
        await expectRecovery(place, `killed at ${first}, then at ${second}`);
        if (end === 'done') break;
      }
    }
  });

  it('while it takes an error back is finished or undone by the next one', async () => {
    const { committed, length } = await pointOfNoReturn();
    for (let failure = committed; failure < length - 8; failure += 2) {
      for (let death = failure + 1; death < failure + 24; death += 2) {
        const place = join(parent(), `${failure}-${death}`);
        await put(place, BEFORE);
        await writeBadly(place, (n) => (n === failure ? 'fails' : n === death ? 'dies' : undefined));
        await expectRecovery(place, `failed at ${failure}, killed at ${death}`);
      }
    }
  });
});
