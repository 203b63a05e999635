package dev.mneme.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Draws the picture of docs/adr/0001: which module may know which, and no circles between packages.
///
/// It reads the compiled main classes of the modules in this checkout that are built before `server`. Those that are
/// built after it (`cli`, `bench`) are read when they are there; their POMs keep them apart otherwise.
final class ArchitectureTest {
    private static final List<String> MODULES = List.of(
            "core",
            "testkit",
            "wire",
            "engine",
            "inference",
            "hub",
            "hub-mongodb",
            "hub-redis",
            "api",
            "client",
            "library",
            "server",
            "cli",
            "bench");
    private static final String[] IMPLEMENTATIONS = {
        "dev.mneme.engine..", "dev.mneme.inference..", "dev.mneme.api..", "dev.mneme.server..", "dev.mneme.bench.."
    };
    private static final String JDK = "java..";

    private static JavaClasses all = new ClassFileImporter().importPaths(List.of());

    @BeforeAll
    static void read() {
        List<Path> folders = MODULES.stream()
                .map(module -> Path.of("..", module, "target", "classes"))
                .filter(Files::isDirectory)
                .toList();
        all = new ClassFileImporter().importPaths(folders);
    }

    /// A rule about classes that were not read would hold without saying anything.
    @Test
    void everyModuleThatServerStandsOnWasRead() {
        Set<String> read = all.stream().map(ArchitectureTest::module).collect(Collectors.toSet());

        assertThat(read).contains("core", "testkit", "wire", "engine", "inference", "api", "server");
    }

    @Test
    void everyModuleOfThisCheckoutIsNamedHere() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of(".."))) {
            assertThat(folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))))
                    .map(folder -> folder.getFileName().toString())
                    .containsExactlyInAnyOrderElementsOf(MODULES);
        }
    }

    private static String module(JavaClass type) {
        String[] names = type.getPackageName().split("\\.", -1);
        return names.length > 2 ? names[2] : "";
    }

    @Test
    void packagesFormNoCircle() {
        holds(slices().matching("dev.mneme.(**)").should().beFreeOfCycles());
    }

    @Test
    void modulesFormNoCircle() {
        holds(slices().matching("dev.mneme.(*)..").should().beFreeOfCycles());
    }

    @Test
    void coreStandsOnTheJdkAlone() {
        holds(onlyKnows("core", JDK, "org.jspecify.."));
    }

    @Test
    void wireStandsOnTheJdkAndJsonAnnotationsAlone() {
        holds(onlyKnows("wire", JDK, "org.jspecify..", "com.fasterxml.jackson.annotation.."));
    }

    @Test
    void engineKnowsCoreAndItsStoreAlone() {
        holds(onlyKnows(
                "engine",
                JDK,
                "javax.crypto..",
                "jdk.incubator.vector..",
                "org.jspecify..",
                "dev.mneme.core..",
                "com.ibm.icu..",
                "org.rocksdb.."));
    }

    @Test
    void aHubsNodeKnowsCoreAndEngineAlone() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.mneme.hub")
                .should()
                .dependOnClassesThat(resideOutsideOfPackages(
                        JDK, "org.jspecify..", "dev.mneme.core..", "dev.mneme.engine..", "dev.mneme.hub")));
    }

    @Test
    void mongoAndRedisAreKnownToTheirAdaptersAlone() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.mneme.hub.mongodb..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.mongodb..", "org.bson.."));
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.mneme.hub.redis..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.lettuce.."));
    }

    /// An entry is decided by itself and the rows: not by the time of day, chance, or the node's key.
    @Test
    void decisionsKnowNoClockNoChanceAndNoKey() {
        holds(noClasses()
                .that()
                .resideInAnyPackage("dev.mneme.engine.state..", "dev.mneme.core.command..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(InstantSource.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(RandomGenerator.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("dev.mneme.engine.integrity.."));
    }

    @Test
    void rocksIsKnownToTablesAlone() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.mneme.engine.table..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb.."));
    }

    @Test
    void icuIsKnownToTheIndexAlone() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.mneme.engine.index..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.ibm.icu.."));
    }

    @Test
    void inferenceKnowsCoreAndItsLibrariesAlone() {
        holds(onlyKnows(
                "inference",
                JDK,
                "org.jspecify..",
                "dev.mneme.core..",
                "ai.onnxruntime..",
                "ai.djl.huggingface.tokenizers.jni..",
                "dev.langchain4j..",
                "com.fasterxml.jackson.core..",
                "com.fasterxml.jackson.databind.."));
    }

    @Test
    void apiKnowsCoreWireAndItsLibrariesAlone() {
        holds(onlyKnows(
                "api",
                JDK,
                "javax.net.ssl..",
                "org.jspecify..",
                "dev.mneme.core..",
                "dev.mneme.wire..",
                "com.fasterxml.jackson..",
                "io.helidon..",
                "io.github.bucket4j.."));
    }

    /// The doors go through core's services, where keys are checked; the store's plain views pass through them.
    @Test
    void doorsDoNotReachTheStore() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.mneme.api..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.mneme.core.spi.Store"));
    }

    @Test
    void clientKnowsTheJdkAndJsonAlone() {
        holds(onlyKnows("client", JDK, "javax.net.ssl..", "org.jspecify..", "com.fasterxml.jackson.core.."));
    }

    @Test
    void commandLineKnowsTheClientAlone() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.mneme.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.mneme.core..", "dev.mneme.testkit..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(IMPLEMENTATIONS)
                .allowEmptyShould(true));
    }

    @Test
    void testkitKnowsNoImplementation() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.mneme.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(IMPLEMENTATIONS));
    }

    @Test
    void onlyTestsAndBenchKnowTheTestkit() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.testkit..", "dev.mneme.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.mneme.testkit.."));
    }

    private static ArchRule onlyKnows(String module, String... packages) {
        String own = "dev.mneme." + module + "..";
        String[] known = Stream.concat(Stream.of(own, ""), Stream.of(packages)).toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(own)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(known);
    }

    private static void holds(ArchRule rule) {
        rule.check(all);
    }
}
