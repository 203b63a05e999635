package dev.mneme.engine.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Puts a data folder that was made aside into the place of what a data folder holds, so that a crash
/// leaves either the old data, untouched, or a folder that no server starts on.
///
/// ```text
/// <data>/restoring/new/     the new data, in the making
/// <data>/restoring/ready    the new data is whole, and the swap has begun; it names the folder for the old data
/// ```
///
/// While `ready` is there no server starts; nor while `restoring` is there without a manifest beside it.
/// Whoever begins again takes up what such a crash left: old data is still moved aside, new data is made
/// anew.
///
/// Used by one thread, which holds the folder's lock.
public final class FolderSwap {
    private static final String RESTORING = "restoring";
    private static final String READY = "ready";

    /// What the new data brings, in the order in which it is put in place: who has a manifest has the
    /// rest. There is no key when it is kept elsewhere.
    private static final List<String> BROUGHT = List.of("tables", "index", "log", DataFolder.KEY, DataFolder.MANIFEST);

    /// What of the old data makes way.
    private static final List<String> MAKES_WAY =
            List.of(DataFolder.MANIFEST, "tables", "log", "index", DataFolder.KEY, Anchor.MEMORY, "admin.key");

    private final Path data;
    private final Path restoring;
    private final Runnable step;
    private final boolean cutOff;
    private String before;

    /// @param step runs after each thing that is done: where a crash may come
    private FolderSwap(Path data, Runnable step, boolean cutOff, String before) {
        this.data = data;
        this.restoring = data.resolve(RESTORING);
        this.step = step;
        this.cutOff = cutOff;
        this.before = before;
    }

    public static FolderSwap in(Path data, Runnable step) throws IOException {
        Path ready = data.resolve(RESTORING).resolve(READY);
        boolean cutOff = isCutOff(data);
        return new FolderSwap(
                data, step, cutOff, Files.exists(ready) ? Files.readString(ready, StandardCharsets.UTF_8) : "");
    }

    /// Whether a crash left the folder between the old data and the new, or where there was none, without
    /// any.
    public static boolean isCutOff(Path data) {
        Path restoring = data.resolve(RESTORING);
        return Files.exists(restoring.resolve(READY))
                || (Files.exists(restoring, LinkOption.NOFOLLOW_LINKS)
                        && !Files.exists(data.resolve(DataFolder.MANIFEST)));
    }

    public boolean cutOff() {
        return cutOff;
    }

    /// Where the old data is; the empty string when there was none.
    public String before() {
        return before.isEmpty() ? "" : data.resolve(before).toString();
    }

    /// An empty folder for the new data.
    public Path begin() throws IOException {
        takeUp();
        delete(restoring.resolve("new"));
        if (!Files.exists(restoring)) {
            Folders.createPrivate(restoring);
        }
        Path made = restoring.resolve("new");
        Folders.createPrivate(made);
        step.run();
        return made;
    }

    /// Moves what an earlier swap had not yet moved, and removes what it had put in place.
    private void takeUp() throws IOException {
        if (!Files.exists(restoring.resolve(READY))) {
            return;
        }
        Path made = restoring.resolve("new");
        boolean bringing = !Files.exists(made.resolve(BROUGHT.getFirst()));
        for (String name : bringing ? BROUGHT : List.<String>of()) {
            if (!Files.exists(made.resolve(name))) {
                delete(data.resolve(name));
                step.run();
            }
        }
        moveAside();
        delete(made);
        Files.delete(restoring.resolve(READY));
        sync(restoring);
        step.run();
    }

    /// Puts the new data in place.
    ///
    /// @param oldName what the folder for the old data is called; the empty string when there is none
    public void finish(String oldName) throws IOException {
        if (before.isEmpty()) {
            before = oldName;
        }
        declareReady();
        step.run();
        moveAside();
        for (String name : BROUGHT) {
            Path made = restoring.resolve("new").resolve(name);
            if (Files.exists(made)) {
                move(made, data.resolve(name));
                sync(data);
                step.run();
            }
        }
        Files.delete(restoring.resolve(READY));
        sync(restoring);
        step.run();
        delete(restoring);
        sync(data);
    }

    /// Nothing was put in place: leaves the folder as it was found.
    public void giveUp() throws IOException {
        delete(restoring.resolve("new"));
        if (!cutOff) {
            delete(restoring);
        }
    }

    private void moveAside() throws IOException {
        if (before.isEmpty()) {
            return;
        }
        Path old = data.resolve(before);
        Folders.createPrivate(old);
        for (String name : MAKES_WAY) {
            if (Files.exists(data.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                move(data.resolve(name), old.resolve(name));
                sync(old);
                sync(data);
                step.run();
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private void declareReady() throws IOException {
        Path draft = restoring.resolve(READY + ".new");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(before));
            channel.force(true);
        }
        move(draft, restoring.resolve(READY));
        sync(restoring);
    }

    private static void sync(Path folder) throws IOException {
        Folders.sync(folder);
    }

    /// Removes a folder with all that is in it; a link goes without what it leads to.
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) { // follows no links
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
