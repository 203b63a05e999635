package dev.mneme.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.OwnerRoute;
import dev.mneme.core.access.Writes;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Search;
import dev.mneme.core.request.ReadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Draws the pictures of docs/architecture.md: which room of the core, and of the engine, may know which, and which of
/// the core's classes are its own, although other rooms need them to be public.
final class RoomsTest {
    private static final String CORE = "dev.mneme.core.";

    /// What every room may stand on.
    private static final Set<String> GROUND = Set.of("model", "command", "queue", "spi");

    /// The rooms, each with the rooms below it that it may know.
    private static final Map<String, Set<String>> ROOMS = Map.ofEntries(
            Map.entry("access", Set.of()),
            Map.entry("job", Set.of()),
            Map.entry("hub", Set.of()),
            Map.entry("request", Set.of()),
            Map.entry("document", Set.of("access")),
            Map.entry("conversation", Set.of("access", "document")),
            Map.entry("memory", Set.of("access", "job", "request", "mode", "conversation")),
            Map.entry("extraction", Set.of("access", "job", "request", "document", "mode", "conversation", "memory")),
            Map.entry("feed", Set.of("access")),
            Map.entry("context", Set.of("access", "request")),
            Map.entry("conflict", Set.of("access", "request", "memory", "context", "mode")),
            Map.entry("mode", Set.of("access", "request")),
            Map.entry("audit", Set.of("access", "request")),
            Map.entry("sync", Set.of("access", "request", "context", "mode")),
            Map.entry("webhook", Set.of("access", "job", "document")),
            Map.entry("transfer", Set.of("access", "request", "document", "context")),
            Map.entry("operate", Set.of("access")));

    private static final String ENGINE = "dev.mneme.engine.";

    /// The rooms of the engine, each with the rooms below it that it may know.
    private static final Map<String, Set<String>> ENGINE_ROOMS = Map.ofEntries(
            Map.entry("codec", Set.of()),
            Map.entry("feed", Set.of()),
            Map.entry("log", Set.of()),
            Map.entry("index", Set.of("codec")),
            Map.entry("table", Set.of("codec")),
            Map.entry("state", Set.of("codec", "index", "table")),
            Map.entry("read", Set.of("codec", "index", "table")),
            Map.entry("integrity", Set.of("read", "table")),
            Map.entry("folder", Set.of("codec", "integrity", "log", "state", "table")),
            Map.entry("offline", Set.of("folder", "integrity", "log", "read", "state", "table")),
            Map.entry("backup", Set.of("codec", "folder", "integrity", "log", "read", "state", "table")),
            Map.entry("replica", Set.of("codec", "feed", "index", "integrity", "log", "read", "state", "table")),
            Map.entry("store", Set.of("backup", "feed", "integrity", "read", "replica", "table")),
            Map.entry("copy", Set.of("feed", "index", "integrity", "read", "replica", "state", "store", "table")),
            Map.entry(
                    "node",
                    Set.of(
                            "feed",
                            "folder",
                            "index",
                            "integrity",
                            "log",
                            "read",
                            "replica",
                            "state",
                            "store",
                            "table")));

    private static JavaClasses all = new ClassFileImporter().importPaths(List.of());

    @BeforeAll
    static void read() {
        all = new ClassFileImporter()
                .importPaths(Stream.of("core", "api", "engine", "inference", "library", "server")
                        .map(module -> Path.of("..", module, "target", "classes"))
                        .filter(Files::isDirectory)
                        .toList());
    }

    static Stream<String> rooms() {
        return ROOMS.keySet().stream().sorted();
    }

    @Test
    void everyRoomOfTheCoreIsNamedHere() {
        Set<String> rooms = all.stream()
                .filter(type -> type.getPackageName().startsWith(CORE))
                .map(type -> type.getPackageName().substring(CORE.length()))
                .filter(room -> !GROUND.contains(room) && !room.equals("log"))
                .collect(Collectors.toSet());

        assertThat(rooms).containsExactlyInAnyOrderElementsOf(ROOMS.keySet());
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomKnowsOnlyTheRoomsBelowIt(String room) {
        requireKnown(CORE, room, Stream.concat(GROUND.stream(), Objects.requireNonNull(ROOMS.get(room)).stream()));
    }

    private static void requireKnown(String house, String room, Stream<String> below) {
        List<String> known =
                Stream.concat(Stream.of(room), below).map(name -> house + name).toList();
        classes()
                .that()
                .resideInAPackage(house + room)
                .should()
                .onlyDependOnClassesThat(describe(
                        "are of " + known + " or of another module",
                        type -> !type.getPackageName().startsWith(house) || known.contains(type.getPackageName())))
                .check(all);
    }

    static Stream<String> roomsOfTheEngine() {
        return ENGINE_ROOMS.keySet().stream().sorted();
    }

    @Test
    void everyRoomOfTheEngineIsNamedHere() {
        Set<String> rooms = all.stream()
                .filter(type -> type.getPackageName().startsWith(ENGINE))
                .map(type -> type.getPackageName().substring(ENGINE.length()))
                .collect(Collectors.toSet());

        assertThat(rooms).containsExactlyInAnyOrderElementsOf(ENGINE_ROOMS.keySet());
    }

    @ParameterizedTest
    @MethodSource("roomsOfTheEngine")
    void aRoomOfTheEngineKnowsOnlyTheRoomsBelowIt(String room) {
        requireKnown(ENGINE, room, Objects.requireNonNull(ENGINE_ROOMS.get(room)).stream());
    }

    /// What is allowed above could still lead round in a circle.
    @Test
    void noRoomOfTheEngineIsAboveItself() {
        slices().matching(ENGINE + "(*)").should().beFreeOfCycles().check(all);
    }

    /// Rights are checked where the use case is, and nowhere else: a door that asked by itself would answer for what
    /// another door forgets.
    @Test
    void theAuthorizerIsAskedByTheCoresRoomsAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CORE + ".")
                .should()
                .dependOnClassesThat(is(Authorizer.class, OwnerRoute.class))
                .check(all);
    }

    /// Whoever writes or reads by these goes past the authorizer.
    @Test
    void whatChecksNoRightsIsTheCoresOwn() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CORE + ".")
                .should()
                .dependOnClassesThat(is(Writes.class))
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage(CORE + "document")
                .check(all);
    }

    /// A caller says for itself what must stay on this machine, by its mode; only an extraction knows better.
    @Test
    void whatMustStayHereIsSaidByTheCoreAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CORE + ".")
                .should()
                .callMethod(MemoryService.class, "prepare", Caller.class, NewMemory.class, boolean.class)
                .orShould()
                .callMethod(MemoryService.class, "search", Caller.class, Search.class, ReadOptions.class, boolean.class)
                .check(all);
    }

    /// What a request in the public JSON asks for is read in one place, whichever door it came through.
    @Test
    void rulesOfRequestsKnowNoDoor() {
        noClasses()
                .that()
                .resideInAPackage("dev.mneme.api.request")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.mneme.api.http", "dev.mneme.api.rest", "dev.mneme.api.mem0", "dev.mneme.api.websocket")
                .check(all);
    }

    private static DescribedPredicate<JavaClass> is(Class<?>... types) {
        return describe(
                "are " + Arrays.toString(types), type -> Arrays.stream(types).anyMatch(type::isEquivalentTo));
    }
}
