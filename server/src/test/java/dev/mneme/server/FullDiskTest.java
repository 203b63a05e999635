package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own on a small disk that runs full, of bytes or of files. Each test mounts a `tmpfs`,
/// and is skipped where that is not allowed.
@Timeout(600)
class FullDiskTest {
    @TempDir
    Path home = Path.of("");

    private Path disk = Path.of("");
    private boolean mounted;

    private void mount(String options) throws Exception {
        disk = Files.createDirectory(home.resolve("disk"));
        mounted = command("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString());
        assumeThat(mounted).as("a tmpfs can be mounted here (needs root)").isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(command("umount", disk.toString())).isTrue();
        }
    }

    private static boolean command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        return process.waitFor() == 0;
    }

    private ChildServer start(String... more) throws IOException {
        List<String> flags = new ArrayList<>(
                List.of("--store.shards", "2", "--log.segmentBytes", "32MiB", "--store.checkpointInterval", "1s"));
        flags.addAll(List.of(more));
        // what it prints is kept beside the folder, and must not be on the full disk
        Path link = home.resolve("data");
        Files.createSymbolicLink(link, Files.createDirectory(disk.resolve("data")));
        return ChildServer.start(link, flags.toArray(String[]::new));
    }

    /// Takes all bytes that are left.
    private Path fill() throws IOException {
        Path filler = disk.resolve("filler");
        try (var out = Files.newOutputStream(filler)) {
            byte[] some = new byte[64 << 10];
            while (true) {
                out.write(some);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return filler;
    }

    /// Takes all files that are left.
    private List<Path> fillWithFiles() {
        List<Path> fillers = new ArrayList<>();
        try {
            while (true) {
                fillers.add(Files.createFile(disk.resolve("filler" + fillers.size())));
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return fillers;
    }

    private static void assertEveryWriteIsAnswered(Api api, List<String> ids) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> adds = new ArrayList<>();
            List<Future<Integer>> deletions = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                String id = ids.get(i);
                String text = "x".repeat(20_000) + i;
                adds.add(clients.submit(() -> api.add("full", text).status()));
                deletions.add(clients.submit(
                        () -> api.call("DELETE", Api.MEMORIES + "/" + id, null).status()));
            }
            for (Future<Integer> add : adds) {
                assertThat(add.get(50, TimeUnit.SECONDS)).isIn(507, 503);
            }
            for (Future<Integer> deletion : deletions) {
                assertThat(deletion.get(50, TimeUnit.SECONDS)).isIn(200, 204, 507, 503);
            }
        }
    }

    private static List<String> added(Api api) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(api.add("full", "before " + i).id());
        }
        return ids;
    }

    private static void assertRecovers(Api api) {
        Awaitility.await().atMost(Duration.ofSeconds(100)).ignoreExceptions().untilAsserted(() -> {
            assertThat(api.get("/health/ready").status()).isEqualTo(200);
            assertThat(api.add("full", "there is room").status()).isEqualTo(201);
        });
    }

    private static void assertNotReady(Api api) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Api.Reply ready = api.get("/health/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.raw().body()).contains("the disk is full").doesNotContain("/data");
        });
    }

    @Test
    void aDiskWithoutBytesRefusesWritesAtOnceAndComesBack() throws Exception {
        mount("size=400m");
        try (ChildServer server = start()) {
            Api api = server.admin();
            List<String> ids = added(api);
            int loggedBefore = server.logged().length();
            Path filler = fill();
            assertNotReady(api);
            assertEveryWriteIsAnswered(api, ids);
            assertThat(api.get(Api.MEMORIES + "?userId=full&limit=1").status()).isEqualTo(200);
            assertThat(server.logged().length() - loggedBefore).isLessThan(200_000);
            Files.delete(filler);
            assertRecovers(api);
        }
    }

    @Test
    void aDiskWithoutFilesRefusesWritesAndComesBack() throws Exception {
        mount("size=900m,nr_inodes=300");
        try (ChildServer server = start()) {
            Api api = server.admin();
            List<String> ids = added(api);
            List<Path> fillers = fillWithFiles();
            assertNotReady(api);
            assertEveryWriteIsAnswered(api, ids);
            for (Path filler : fillers) {
                Files.delete(filler);
            }
            assertRecovers(api);
        }
    }

    /// Here the early warning is off, so that the tables themselves meet the full disk.
    @Test
    void tablesThatMetTheFullDiskComeBack() throws Exception {
        mount("size=400m");
        try (ChildServer server = start("--store.minFreeBytes", "0", "--store.memoryBytes", "16MiB")) {
            Api api = server.admin();
            List<String> ids = added(api);
            Path filler = fill();
            String text = "y".repeat(60_000);
            AtomicInteger adds = new AtomicInteger(); // the same text again would be nothing to write
            Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> {
                int status = api.add("full", text + adds.incrementAndGet()).status();
                return status == 507 || status == 503;
            });
            assertNotReady(api);
            assertEveryWriteIsAnswered(api, ids);
            Files.delete(filler);
            assertRecovers(api);
            assertThat(api.get(Api.MEMORIES + "?userId=full&limit=1").status()).isEqualTo(200);
        }
    }

    @Test
    void onAFullDiskStoppingKeepsItsTimeAndNothingIsLost() throws Exception {
        mount("size=400m");
        String kept;
        ChildServer server = start("--store.minFreeBytes", "0", "--store.memoryBytes", "16MiB");
        try (server) {
            Api api = server.admin();
            kept = api.add("kept", "acknowledged").id();
            Path filler = fill();
            String text = "z".repeat(60_000);
            for (int i = 0; i < 1_000; i++) {
                if (api.add("full", text + i).status() != 201) {
                    break;
                }
            }
            assertThat(server.stop()).isIn(0, 143);
            Files.delete(filler);
        }
        try (ChildServer again = ChildServer.start(home.resolve("data"), "--store.shards", "2")) {
            assertThat(again.admin().get(Api.MEMORIES + "/" + kept).status()).isEqualTo(200);
        }
    }
}
