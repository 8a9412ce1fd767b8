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
