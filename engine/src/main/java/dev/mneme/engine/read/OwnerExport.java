package dev.mneme.engine.read;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.engine.table.CarrierSlice;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.ContextRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Everything that is kept of one owner, at one snapshot.
public final class OwnerExport {
    private static final int PREFIX = 1 + Keys.OWNER;

    private final Scans scans;
    private final byte[] owner;
    private final long generation;
    private final UnaryOperator<List<Version>> kept;

    /// @param kept reduces a memory's versions to those that readers may see
    public OwnerExport(Scans scans, Owner owner, UnaryOperator<List<Version>> kept) {
        this.kept = kept;
        this.scans = scans;
        this.owner = owner.hash();
        this.generation = scans.generation(this.owner);
    }

    public void read(Consumer<Exported> visitor) {
        CarrierSlice slice = new CarrierSlice();
        for (long arrival : arrivals()) {
            slice.step();
            List<Version> versions = kept.apply(scans.versions(new Pointer(owner, arrival)));
            if (!versions.isEmpty()) {
                visitor.accept(memory(arrival, versions));
            }
        }
        contexts(visitor);
        modes(visitor);
        each('t', row -> new Exported.OfTransition(Rows.transition(row)), visitor);
        each('q', row -> new Exported.OfResponse(Rows.responseSource(row)), visitor);
        each('z', row -> new Exported.OfSyncEvent(Rows.syncEvent(row)), visitor);
        byte[] conflicts = Keys.documents(owner, Conflict.COLLECTION);
        scans.rows(conflicts, Keys.end(conflicts), (key, row) -> {
            visitor.accept(new Exported.OfConflict(StoredConflicts.conflict(row)));
            return true;
        });
    }

    /// The arrivals of memories, deleted ones too, as long as a version of them is kept.
    private SortedSet<Long> arrivals() {
        SortedSet<Long> arrivals = new TreeSet<>();
        for (char table : new char[] {'m', 'v'}) {
            byte[] prefix = Keys.owned(table, owner);
            scans.rows(prefix, Keys.end(prefix), (key, row) -> {
                arrivals.add(ByteBuffer.wrap(key, PREFIX, Long.BYTES).getLong());
                return true;
            });
        }
        return arrivals;
    }

    private Exported memory(long arrival, List<Version> kept) {
        List<MemoryVersion> versions = kept.stream()
                .map(v -> new MemoryVersion(
                        v.event(), v.memory(), v.version(), v.at(), v.by().keyId(), v.by().instance()))
                .toList();
        byte[] row = scans.embeddingRow(owner, generation, arrival);
        Embedding embedding = row == null ? null : Rows.embedding(row);
        return new Exported.OfMemory(versions, embedding == null || isZero(embedding) ? null : embedding);
    }

    /// Whether this stands for the vector of a text that no remote model may see.
    private static boolean isZero(Embedding embedding) {
        for (float each : embedding.vector()) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private void contexts(Consumer<Exported> visitor) {
        byte[] table = Keys.owned('x', owner);
        scans.rows(table, Keys.end(table), (key, row) -> {
            String name = new String(key, PREFIX, key.length - PREFIX, StandardCharsets.UTF_8);
            List<ContextVersion> versions = new ArrayList<>();
            byte[] earlier = Keys.contextVersions(owner, name);
            scans.rows(earlier, Keys.end(earlier), (k, version) -> versions.add(Rows.contextVersion(version)));
            ContextRow newest = ContextRow.decode(row);
            if (newest.context() != null) {
                versions.add(new ContextVersion(newest.context(), false));
            }
            if (!versions.isEmpty()) {
                visitor.accept(new Exported.OfContext(versions));
            }
            return true;
        });
    }

    /// In the order in which they were switched to, which an import keeps.
    private void modes(Consumer<Exported> visitor) {
        List<ModeState> modes = new ArrayList<>();
        byte[] table = Keys.owned('a', owner);
        scans.rows(table, Keys.end(table), (key, row) -> modes.add(Rows.modeState(row)));
        modes.stream()
                .sorted(Comparator.comparingLong(ModeState::activatedBy))
                .forEach(mode -> visitor.accept(new Exported.OfMode(mode)));
    }

    private void each(char letter, Function<byte[], Exported> record, Consumer<Exported> visitor) {
        byte[] table = Keys.owned(letter, owner);
        scans.rows(table, Keys.end(table), (key, row) -> {
            visitor.accept(record.apply(row));
            return true;
        });
    }
}
