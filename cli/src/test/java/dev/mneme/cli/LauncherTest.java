package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher `./mneme`, on a copy of the project whose Maven and JDK are stand-ins that say what they were
/// asked.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path temp;

    private Path root = Path.of("");
    private Path jdk = Path.of("");

    private record Result(int status, String out, String err) {}

    @BeforeEach
    void copyTheProject() throws IOException {
        root = temp.resolve("my projects/mneme");
        jdk = temp.resolve("a jdk");
        Files.createDirectories(root.resolve(".mvn"));
        Files.copy(PROJECT.resolve("mneme"), root.resolve("mneme"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(PROJECT.resolve(".mvn/find-jdk.sh"), root.resolve(".mvn/find-jdk.sh"));
        write("pom.xml", "<project/>");
        for (String module : List.of("core", "server", "cli", "bench")) {
            write(module + "/pom.xml", "<project/>");
            write(module + "/src/main/java/A.java", "class A {}");
        }
        script(root.resolve("mvnw"), """
                echo "$@" >> maven.log
                [ ! -f fail ] || { echo "[ERROR] it does not compile"; exit 1; }
                echo "[INFO] Building core 0.1.0-SNAPSHOT   [2/7]"
                echo "[INFO] nobody wants to read this"
                [ ! -f edit ] || { rm edit; echo "class A { }" > core/src/main/java/A.java; }
                mkdir -p server/target cli/target
                echo "server $(wc -l < maven.log)" > server/target/mneme-server.jar
                echo "cli $(wc -l < maven.log)" > cli/target/mneme-cli.jar
                """);
        fakeJdk(jdk, 25);
        backdate();
    }

    private void fakeJdk(Path home, int version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
        script(home.resolve("bin/java"), """
                for last; do :; done
                if [ "$last" = --train ]; then
                    for arg; do case $arg in -XX:AOTCacheOutput=*) echo "$@" >"${arg#*=}" ;; esac; done
                    exit 0
                fi
                for arg; do printf '<%s>' "$arg"; done
                echo " pid $$ locale ${LC_ALL:-}"
                """);
        script(home.resolve("bin/javac"), "exit 0\n");
        script(home.resolve("bin/jar"), "exit 0\n");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Makes everything older than any build.
    private void backdate() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
            }
        }
    }

    private Result launch(String... args) throws IOException, InterruptedException {
        return launch(root.resolve("mneme"), Map.of(), args);
    }

    private Result launch(Path launcher, Map<String, String> env, String... args)
            throws IOException, InterruptedException {
        return await(start(launcher, env, args));
    }

    private Process start(Path launcher, Map<String, String> env, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", launcher.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("MNEME_NO_TRAIN", "1");
        builder.environment().remove("MNEME_NO_BUILD");
        builder.environment().remove("MNEME_JAVA_OPTS");
        builder.environment().putAll(env);
        return builder.redirectError(temp.resolve("err").toFile())
                .redirectOutput(temp.resolve("out").toFile())
                .start();
    }

    private Result await(Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS))
                .as("the launcher ends")
                .isTrue();
        return new Result(
                process.exitValue(),
                Files.readString(temp.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(temp.resolve("err"), StandardCharsets.UTF_8));
    }

    private long builds() throws IOException {
        Path log = root.resolve("maven.log");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    private Path home() throws IOException {
        return root.resolve(".mneme")
                .resolve(Files.readString(root.resolve(".mneme/current")).strip());
    }

    @Test
    void theFirstRunBuildsSaysSoAndThenRuns() throws Exception {
        Result result = launch("add", "two words", "*");

        assertThat(result.status()).isZero();
        assertThat(result.err())
                .contains("building for the first time", "core       2/7")
                .doesNotContain("nobody");
        assertThat(result.out())
                .contains("<-jar><" + home().toRealPath() + "/cli.jar><add><two words><*>")
                .doesNotContain("jdk.incubator");
    }

    @Test
    void whatIsFreshIsNotBuiltAgain() throws Exception {
        launch("version");
        Result second = launch("version");

        assertThat(builds()).isOne();
        assertThat(second.err()).isEmpty();
    }

    @Test
    void anEditedSourceIsBuiltAndTheOldFolderStaysAsItWas() throws Exception {
        launch("version");
        Path before = home();
        write("core/src/main/java/B.java", "class B {}");

        Result result = launch("version");

        assertThat(result.err()).contains("the sources have changed");
        assertThat(home()).isNotEqualTo(before);
        assertThat(before.resolve("cli.jar")).hasContent("cli 1");
        assertThat(home().resolve("cli.jar")).hasContent("cli 2");
    }

    /// The build may have read the source before; its jars are newer all the same.
    @Test
    void whatIsEditedWhileItIsBuiltIsBuiltAgain() throws Exception {
        write("edit", "");
        launch("version");
        assertThat(builds()).isOne();

        assertThat(launch("version").err()).contains("the sources have changed");
        assertThat(builds()).isEqualTo(2);

        launch("version");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void whatIsFreshWaitsForNobodysBuild() throws Exception {
        launch("version");
        Path lock = Files.createDirectories(root.resolve(".mneme/build.lock"));
        Files.writeString(lock.resolve("pid"), ProcessHandle.current().pid() + "\n");

        Result result = launch("version");

        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void anEditedPomOrADeletedSourceIsBuilt() throws Exception {
        launch("version");
        write("server/pom.xml", "<project></project>");
        launch("version");
        assertThat(builds()).isEqualTo(2);

        Files.delete(root.resolve("cli/src/main/java/A.java"));
        launch("version");
        assertThat(builds()).isEqualTo(3);

        write("pom.xml", "<project></project>");
        launch("version");
        assertThat(builds()).isEqualTo(4);

        write(".mvn/jvm.config", "-Xmx1g");
        launch("version");
        assertThat(builds()).isEqualTo(5);
    }

    @Test
    void whatTheServerIsNotMadeOfIsNotBuilt() throws Exception {
        launch("version");
        write("bench/src/main/java/B.java", "class B {}");
        write("core/src/test/java/T.java", "class T {}");

        launch("version");

        assertThat(builds()).isOne();
    }

    @Test
    void noBuildRunsWhatThereIs() throws Exception {
        launch("version");
        write("core/src/main/java/B.java", "class B {}");

        Result result = launch(root.resolve("mneme"), Map.of("MNEME_NO_BUILD", "1"), "version");

        assertThat(result.status()).isZero();
        assertThat(builds()).isOne();
    }

    @Test
    void jarsThatMavenBuiltBeforeAreTaken() throws Exception {
        write("server/target/mneme-server.jar", "s");
        write("cli/target/mneme-cli.jar", "c");

        launch("version");

        assertThat(builds()).isZero();
        assertThat(home().resolve("cli.jar")).hasContent("c");
    }

    @Test
    void aFailedBuildIsShownAndTriedAgain() throws Exception {
        write("fail", "");
        Result failed = launch("version");
        assertThat(failed.status()).isOne();
        assertThat(failed.err()).contains("it does not compile", "the build failed", "build.log");
        assertThat(root.resolve(".mneme/build.lock")).doesNotExist();

        Files.delete(root.resolve("fail"));
        assertThat(launch("version").status()).isZero();
    }

    @Test
    void withoutAJdkOneLineSaysWhatIsMissing() throws Exception {
        fakeJdk(jdk, 17);
        Path none = temp.resolve("none");
        // the search for a JDK is kept away from this machine's own
        Path search = root.resolve(".mvn/find-jdk.sh");
        Files.writeString(
                search, Files.readString(search).replaceAll("for mneme_dir in .*; do", "for mneme_dir in; do"));

        Result result = launch(root.resolve("mneme"), Map.of("HOME", none.toString()), "version");

        assertThat(result.status()).isOne();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains("needs a JDK 25", "JAVA_HOME");
        assertThat(builds()).isZero();
    }

    /// What is built with has a compiler.
    @Test
    void aRuntimeWithoutACompilerIsNoJdk() throws Exception {
        Files.delete(jdk.resolve("bin/javac"));
        Path another = temp.resolve("another jdk");
        fakeJdk(another, 25);
        Path search = root.resolve(".mvn/find-jdk.sh");
        Files.writeString(
                search,
                Files.readString(search)
                        .replaceAll("for mneme_dir in .*; do", "for mneme_dir in \"\\${JAVA25_HOME:-}\"; do"));

        String none = temp.resolve("none").toString();
        Result refused = launch(root.resolve("mneme"), Map.of("JAVA25_HOME", none), "version");
        assertThat(refused.status()).isOne();
        Result found = launch(root.resolve("mneme"), Map.of("JAVA25_HOME", another.toString()), "version");
        assertThat(found.status()).isZero();
    }

    @Test
    void aJdkIsFoundUnderSdkman() throws Exception {
        Path sdkman = temp.resolve("sdk man");
        fakeJdk(sdkman.resolve("candidates/java/25-tem"), 25);
        fakeJdk(jdk, 17);
        Path search = root.resolve(".mvn/find-jdk.sh");
        Files.writeString(
                search, Files.readString(search).replace("/usr/lib/jvm/*", "").replace("\"$mneme_path\" \"", "\""));

        Result result = launch(root.resolve("mneme"), Map.of("SDKMAN_DIR", sdkman.toString()), "version");

        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("<version>");
    }

    @Test
    void aSymbolicLinkLeadsHome() throws Exception {
        Path bin = Files.createDirectories(temp.resolve("some bin"));
        Files.createSymbolicLink(temp.resolve("first"), root.resolve("mneme"));
        Files.createSymbolicLink(bin.resolve("mneme"), Path.of("../first"));

        Result result = launch(bin.resolve("mneme"), Map.of(), "get", "7");

        assertThat(result.out()).contains("<get><7>");
        assertThat(root.resolve(".mneme/current")).exists();
    }

    @Test
    void theServerGetsItsFlagsAndIsTheLaunchersOwnProcess() throws Exception {
        Process process =
                start(root.resolve("mneme"), Map.of("MNEME_JAVA_OPTS", "-Xmx1g -XX:+UseZGC"), "serve", "--port", "1");
        Result result = await(process);

        assertThat(result.out())
                .startsWith(
                        "<--add-modules><jdk.incubator.vector><--enable-native-access=ALL-UNNAMED><-XX:+ExitOnOutOfMemoryError><-Xmx1g><-XX:+UseZGC>")
                .contains("/server.jar><serve><--port><1> pid " + process.pid());
        assertThat(home().resolve("pids/" + process.pid())).exists();
    }

    /// They open the data folder themselves.
    @Test
    void verifyAndRestoreAreTheServersProgram() throws Exception {
        for (String command : List.of("verify", "restore")) {
            assertThat(launch(command, "--data", "d").out()).contains("server.jar>", "<" + command + "><--data><d>");
        }
    }

    /// Java would read arguments beyond ASCII as question marks.
    @Test
    void whereTheLocaleNamesNoUtf8ItIsGiven() throws Exception {
        Map<String, String> ascii = Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", "C");
        assertThat(launch(root.resolve("mneme"), ascii, "add", "Käse").out()).contains(" locale C.UTF-8");
        assertThat(launch(root.resolve("mneme"), ascii, "serve").out()).contains(" locale C.UTF-8");
        Map<String, String> own = Map.of("LC_ALL", "C.utf8");
        assertThat(launch(root.resolve("mneme"), own, "version").out()).contains(" locale C.utf8");
    }

    @Test
    void aStoppedStoreIsInspectedByTheServersProgram() throws Exception {
        assertThat(launch("inspect", "--stopped", "--json").out()).contains("server.jar>", "<inspect><--stopped>");
        assertThat(launch("inspect", "--user", "alice").out()).contains("cli.jar>", "<inspect><--user>");
    }

    @Test
    void theCacheOfTheBuildIsUsed() throws Exception {
        launch("version");
        Files.writeString(home().resolve("cli.aot"), "");

        assertThat(launch("version").out()).contains("<-XX:AOTCache=" + home().toRealPath() + "/cli.aot>");
        assertThat(launch("serve").out()).doesNotContain("AOTCache");

        Files.writeString(home().resolve("server.aot"), "");

        assertThat(launch("serve").out()).contains("<-XX:AOTCache=" + home().toRealPath() + "/server.aot>");
    }

    @Test
    void aBuildIsTrainedOnceForTheFlagsThatTheServerIsStartedWith() throws Exception {
        script(Files.createDirectories(temp.resolve("quick")).resolve("sleep"), "exit 0\n");
        Map<String, String> env = Map.of(
                "MNEME_NO_TRAIN",
                "",
                "MNEME_JAVA_OPTS",
                "-Xmx1g",
                "PATH",
                temp.resolve("quick") + ":" + System.getenv("PATH"));

        launch(root.resolve("mneme"), env, "version");

        Path server = home().resolve("server.aot");
        org.awaitility.Awaitility.await().until(() -> Files.exists(server));
        String served = launch(root.resolve("mneme"), env, "serve").out();
        for (String flag : List.of("--add-modules jdk.incubator.vector", "-XX:+ExitOnOutOfMemoryError", "-Xmx1g")) {
            assertThat(Files.readString(server)).contains(flag);
            assertThat(served).contains("<" + flag.replace(" ", "><") + ">");
        }
        assertThat(Files.readString(server)).contains("server.jar serve --train");
        assertThat(Files.readString(home().resolve("cli.aot"))).contains("cli.jar --train");
        assertThat(served).contains("<-XX:AOTCache=" + server.toRealPath() + ">");
    }

    @Test
    void aFolderInUseIsKeptAndAnUnusedOneGoes() throws Exception {
        launch("version");
        Path used = home();
        Files.createDirectories(used.resolve("pids"));
        Files.writeString(used.resolve("pids/" + ProcessHandle.current().pid()), "");
        write("core/src/main/java/B.java", "1");
        launch("version");
        Path unused = home();
        Files.createDirectories(unused.resolve("pids"));
        Files.writeString(unused.resolve("pids/4194999"), ""); // beyond the highest process number
        for (int i = 0; i < 2; i++) {
            write("core/src/main/java/C" + i + ".java", "");
            launch("version");
        }

        assertThat(used).exists();
        assertThat(unused).doesNotExist();
        assertThat(home()).exists();
    }

    @Test
    void aLockOfADeadBuilderIsTakenOver() throws Exception {
        Files.createDirectories(root.resolve(".mneme/build.lock"));
        Files.writeString(root.resolve(".mneme/build.lock/pid"), "4194999\n");

        assertThat(launch("version").status()).isZero();
        assertThat(builds()).isOne();
        assertThat(root.resolve(".mneme/build.lock")).doesNotExist();
    }

    @Test
    void aLauncherWaitsForTheOneThatBuildsAndBuildsNothingItself() throws Exception {
        launch("version");
        Path lock = Files.createDirectories(root.resolve(".mneme/build.lock"));
        Files.writeString(lock.resolve("pid"), ProcessHandle.current().pid() + "\n");
        write("core/src/main/java/B.java", "1");
        Process waiting = start(root.resolve("mneme"), Map.of(), "version");
        org.awaitility.Awaitility.await()
                .until(() -> Files.readString(temp.resolve("err")).contains("waiting for it"));

        Files.setLastModifiedTime(
                home().resolve("built"), FileTime.from(Instant.now().plusSeconds(60)));
        Files.delete(lock.resolve("pid"));
        Files.delete(lock);

        assertThat(await(waiting).status()).isZero();
        assertThat(builds()).isOne();
    }
}
