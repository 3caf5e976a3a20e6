import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '../plain/errno.ts';

/** A process that writes an output folder, told well enough to find out later whether it still runs. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /**
   * Which machine, by a hash of what its system was given when it was installed (machine-id(5) asks for that): two may
   * have one host name. Empty where the system does not say, and in what older versions wrote.
   */
  readonly machine: string;
  /** The boot of the machine; empty where the system does not say (only Linux does). */
  readonly boot: string;
  /** The set of process ids this one is counted in: containers on one machine have their own. Empty as above. */
  readonly pidSpace: string;
  /** When the process started, so that another with the same id is not taken for it. Empty as above. */
  readonly started: string;
  /** When it began to write, milliseconds since 1970. */
  readonly since: number;
  /** Different for every write. */
  readonly token: string;
}

/** This process, about to write. */
export function currentOwner(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    machine: machine(),
    boot: bootOfMachine(),
    pidSpace: pidSpace(),
    started: startOf(process.pid) ?? '',
    since: Date.now(),
    token: randomBytes(8).toString('hex'),
  };
}

/**
 * Whether a process is gone for certain. A process on another machine, or in another container, never is: nothing here
 * can tell. Another boot proves the death of whatever ran before it, on the same machine only: machines that share a
 * host name may share a file system too.
 */
export function isDead({ pid, host, machine: onMachine, boot, pidSpace: space, started }: Owner): boolean {
  if (host !== hostname()) return false;
  if (boot !== bootOfMachine()) return onMachine !== '' && onMachine === machine();
  if (space !== pidSpace()) return false;
  if (started !== '') return startOf(pid) !== started;
  return !exists(pid);
}

export function parseOwner(text: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    pid,
    host,
    machine: onMachine = '',
    boot,
    pidSpace: space,
    started,
    since,
    token,
  } = value as Partial<Record<keyof Owner, unknown>>;
  if (!Number.isSafeInteger(pid) || typeof pid !== 'number' || pid <= 0 || typeof host !== 'string')
    return undefined;
  if (typeof onMachine !== 'string' || typeof boot !== 'string') return undefined;
  if (typeof space !== 'string' || typeof started !== 'string') return undefined;
  if (typeof since !== 'number' || typeof token !== 'string') return undefined;
  return { pid, host, machine: onMachine, boot, pidSpace: space, started, since, token };
}

/** `process 4711, which began 3 s ago`; with the host when it is another machine. */
export function describeOwner({ pid, host, machine: onMachine, boot, since }: Owner): string {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  const age =
    seconds < 120
      ? `${seconds} s`
      : seconds < 7200
        ? `${Math.round(seconds / 60)} min`
        : `${Math.round(seconds / 3600)} h`;
  return `process ${pid}${whereFrom(host, boot, onMachine)}, which began ${age} ago`;
}

/** ` on elsewhere`; empty for this machine. */
function whereFrom(host: string, boot: string, onMachine: string): string {
  // Somebody else may have written the name: it goes to a terminal.
  const shown = host.replaceAll(/[^\w.-]/g, '?').slice(0, 253);
  if (host !== hostname()) return ` on ${shown}`;
  if (boot === bootOfMachine() || (onMachine !== '' && onMachine === machine())) return '';
  return ` on a machine with the name ${shown}, perhaps not this one`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's.
    return errorCode(error) !== 'ESRCH';
  }
}

/** When a process started, in ticks since the boot; undefined when it is gone, or where there is no /proc. */
function startOf(pid: number): string | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Behind the name, which may hold anything: state is the first field, the start the twentieth (proc_pid_stat(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A dead process that nobody has waited for yet still has its line.
  return /^[ZX]?$/.test(fields[0] ?? '') ? undefined : fields[19];
}

function bootOfMachine(): string {
  return read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** https://www.freedesktop.org/software/systemd/man/latest/machine-id.html: to be hashed before it is shown around. */
function machine(): string {
  const id = read(() => readFileSync('/etc/machine-id', 'utf8')).trim();
  // While a system is being set up it says `uninitialized`, as every other one does.
  if (!/^[0-9a-f]{32}$/.test(id)) return '';
  return createHash('sha256').update(`matrix-gitops ${id}`).digest('hex').slice(0, 16);
}

function pidSpace(): string {
  return read(() => readlinkSync('/proc/self/ns/pid'));
}

function read(source: () => string): string {
  try {
    return source();
  } catch {
    return '';
  }
}
