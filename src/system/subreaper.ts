import { existsSync } from 'node:fs';

/** Number of the system call getrusage by architecture: asm/unistd_64.h, asm-generic/unistd.h. */
const GETRUSAGE: Readonly<Record<string, number>> = { x64: 98, arm64: 165 };
/** In perl-base, which Debian, Ubuntu and the hosted runners always have. */
export const PERL = '/usr/bin/perl';

/**
 * A command for sh that replaces it by a program which writes a line, `M KIB`, to descriptor 4: the highest resident
 * set that any process had for which that shell, or somebody below it, has waited (getrusage(2), RUSAGE_CHILDREN, which
 * exec keeps). No file of /proc tells that, and no language's standard library but Perl's calls the kernel by number.
 * Undefined where it can not be asked. In struct rusage ru_maxrss is the fifth long, after two struct timeval.
 */
export const TELL_LARGEST: string | undefined = commandFor(GETRUSAGE[process.arch]);

function commandFor(call: number | undefined): string | undefined {
  if (process.platform !== 'linux' || call === undefined || !existsSync(PERL)) return undefined;
  const program = `syscall(${call}, -1, $u = "\\0" x 256) == 0 and print "M ", (unpack "q5", $u)[4], "\\n"`;
  return `PERL5OPT= PERL5LIB= exec ${PERL} -e '${program}' >&4`;
}

/** Number of the system call prctl by architecture: asm/unistd_64.h, asm-generic/unistd.h. */
const PRCTL: Readonly<Record<string, number>> = { x64: 157, arm64: 167 };
/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;

/** In the environment of a process whose kernel has refused it. */
export const REFUSED = 'FLOWGATE_NOT_ADOPTING';

/** Variables that change how Perl starts; the program that it becomes gets them as they were. */
const OF_PERL = /^PERL/;

/** Why orphans of flows are not adopted here; undefined if they are, or if nothing is known against it. */
export const NOT_ADOPTING: string | undefined = whyNotAdopting(process);

/** @param perl where Perl is to be */
export function whyNotAdopting(
  { platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'>,
  perl: string = PERL,
): string | undefined {
  if (platform !== 'linux') return undefined;
  if (PRCTL[arch] === undefined) return `it is not known how to ask the kernel for it on ${arch}`;
  return existsSync(perl) ? undefined : `${perl} is not installed`;
}

interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The same program as a child subreaper (prctl(2)): a process below it that loses its parent becomes its child and not
 * init's, so that a daemon which forks twice, clears its environment and closes its descriptors is still found below it.
 * Perl asks the kernel by number, as no other language's standard library does, and then becomes the program, under the
 * same pid; the kernel remembers (execve keeps it, fork does not).
 */
export function adopting({ argv, env }: Command): Command {
  const call = PRCTL[process.arch];
  if (process.platform !== 'linux' || NOT_ADOPTING !== undefined || call === undefined) return { argv, env };
  const variables = Object.entries(env);
  const kept = variables.filter(([name]) => OF_PERL.test(name)).map(([name, value]) => `${name}=${value}`);
  const others = variables.filter(([name]) => !OF_PERL.test(name));
  return {
    // The first -- ends the options of Perl, the second the variables.
    argv: [PERL, '-e', programFor(call), '--', ...kept, '--', ...argv],
    // A locale that is not installed is nothing that Perl should warn of in the program's name.
    env: { ...Object.fromEntries(others), PERL_BADLANG: '0' },
  };
}

function programFor(call: number): string {
  return [
    `syscall(${call}, ${PR_SET_CHILD_SUBREAPER}, 1, 0, 0, 0) == 0 or $ENV{${REFUSED}} = 1`,
    'delete $ENV{PERL_BADLANG}',
    'while (($_ = shift) ne "--") { /^(.*?)=(.*)$/s and $ENV{$1} = $2 }',
    'exec { $ARGV[0] } @ARGV or print STDERR "$ARGV[0]: $!\\n"',
    'exit 127',
  ].join('; ');
}
