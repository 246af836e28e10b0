// Statements that only read flows pass; everything else is refused, however it is written.
import { describe, expect, test } from "vitest";
import { UsageError } from "../core/errors.ts";
import { guardSql } from "./sql-guard.ts";
import { endsStatement, sqlStatements } from "./sql-words.ts";

const guard = {
  tableFunctions: new Set(["file", "url", "s3", "remote", "numbers", "executable", "view"]),
  unsafe: false,
};

describe("passes", () => {
  test.each([
    "SELECT count() FROM flows",
    " -- a comment\n select src from flows",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "EXPLAIN SELECT 1",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT 'file(''/etc/passwd'')'",
    "SELECT `file`.a FROM (SELECT 1 AS a) AS file",
    "SELECT * FROM numbers(3)",
    "SELECT 'a; INTO OUTFILE b' FROM flows -- INTO OUTFILE 'x'",
    "DESCRIBE flows",
    "SELECT format('{} {}', src, dst) FROM flows FORMAT CSV",
  ])("%s", (statement) => expect(() => guardSql(statement, guard)).not.toThrow());
});

describe("is refused", () => {
  test.each([
    "INSERT INTO FUNCTION file('/tmp/x','CSV') SELECT 1",
    "CREATE TABLE x (a Int8) ENGINE = Memory",
    "DROP VIEW flows",
    "SET max_memory_usage = 0",
    "SYSTEM SHUTDOWN",
    "KILL QUERY WHERE 1",
    "BACKUP DATABASE default TO File('/tmp/x')",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SELECT 1 into /* */ outfile '/tmp/x'",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM FILE ('/etc/passwd')",
    "SELECT * FROM `file`('/etc/passwd')",
    "SELECT * FROM \"file\" /* x */ ('/etc/passwd')",
    "SELECT file('/etc/passwd')",
    "SELECT * FROM flows WHERE src IN (SELECT * FROM url('http://127.0.0.1/', 'CSV', 'a String'))",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM flows JOIN '/etc/passwd' ON 1",
    "SELECT * FROM `/etc/passwd`",
    'SELECT * FROM default."/etc/passwd"',
    "DESCRIBE '/etc/passwd'",
    "DESC `/etc/passwd`",
    "DESCRIBE TABLE file('/etc/passwd')",
    "SELECT * FROM flows, `/etc/passwd`",
    "SELECT 1 SETTINGS max_memory_usage = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "EXPLAIN SELECT * FROM s3('http://127.0.0.1/x')",
    "WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x",
    "",
  ])("%s", (statement) => expect(() => guardSql(statement, guard)).toThrow(UsageError));

  test("with the place", () => {
    expect(() => guardSql("SELECT *\nFROM url('x')", guard)).toThrow(/line 2, column 6/);
  });
});

test("--unsafe lets functions read, and nothing write", () => {
  const unsafe = { ...guard, unsafe: true };
  expect(() => guardSql("SELECT * FROM url('http://127.0.0.1/')", unsafe)).not.toThrow();
  expect(() => guardSql("INSERT INTO flows SELECT 1", unsafe)).toThrow(UsageError);
  expect(() => guardSql("SELECT 1 INTO OUTFILE 'x'", unsafe)).toThrow(UsageError);
});

test("statements are divided at semicolons that are none of strings, names and comments", () => {
  expect(sqlStatements("SELECT ';' ; SELECT `a;b` -- ;\n; /* ; */ ;SELECT $$;$$")).toEqual([
    "SELECT ';'",
    "SELECT `a;b` -- ;",
    "SELECT $$;$$",
  ]);
  expect(endsStatement("SELECT 1;")).toBe(true);
  expect(endsStatement("SELECT ';")).toBe(false);
  expect(endsStatement("SELECT 1; -- done")).toBe(true);
});
