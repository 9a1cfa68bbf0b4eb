import type { ExecAsk } from "../ask";
import type { Options } from "../options";
import type { SetPod } from "../scene";
import { flag, readCli } from "./members";

/** Asks the server in a pod: one statement; its rows come as lines, with tabs between the columns. */
export type Query = (pod: SetPod, statement: string) => ExecAsk;

/**
 * Reads the options of the client of MariaDB and MySQL. The password is in the environment variable `MYSQL_PWD`, which both
 * read (https://mariadb.com/kb/en/mariadb-environment-variables/, https://dev.mysql.com/doc/refman/8.4/en/environment-variables.html);
 * without one, the client reads its option files in the container.
 *
 * @param usual name of the client where `client` does not say.
 */
export function readMysqlCli(options: Options, usual: string): Query {
  const cli = readCli(options, "MYSQL_PWD");
  const client = options.text("client", "the client's name or path in the container, such as mysql") ?? usual;
  const user = options.text("user");
  const host = options.text("host");
  const port = options.port("port");
  const socket = options.text("socket", "a path in the container");
  const to = [...flag("--user", user), ...flag("--host", host), ...flag("--port", port), ...flag("--socket", socket)];
  return (pod, statement) =>
    cli(pod, [client, ...to, "--connect-timeout=5", "--batch", "--skip-column-names", `--execute=${statement}`]);
}
