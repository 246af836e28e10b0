// The operating system's error codes in words, for sentences that people read.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file; check the name",
  ENOTDIR: "no such file; a part of the path is not a directory",
  EISDIR: "a directory; name the capture files in it",
  EACCES: "no permission to read it; ask its owner, or run as a user who may",
  EPERM: "no permission to read it; ask its owner, or run as a user who may",
  EIO: "a read error of the disk or device",
  EMFILE: "too many open files; raise the limit with ulimit -n, or give fewer files at once",
  ENFILE: "too many open files in the whole system; give fewer files at once",
  ELOOP: "a symbolic link that leads to itself",
  ENAMETOOLONG: "a name that is too long for the file system",
  ESTALE: "a file that vanished from its network file system",
};

/** What went wrong, for the place of "..." in "expected ..., found ...". */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message || String(error);
}
