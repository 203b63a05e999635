package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.log.RecoveryReport.Cut;
import dev.mneme.engine.log.RecoveryReport.Damage;
import dev.mneme.engine.log.SegmentReader.Chain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Finds out what a log's folder holds, after whatever happened to it. Used once, by one thread.
///
/// **What is durable** is told by the log itself: every header says up to which place everything had been
/// fsynced when it was written. Damage below the highest such place is corruption, whatever it looks like;
/// damage at or above it is a torn tail, of a batch that nobody was promised. Where a batch is torn, the rest
/// of its segment is searched for sound batches, since one of these would prove that the torn one had been
/// durable.
///
/// **What is read may not be on the disk**: after a failed fsync the page cache shows bytes that the disk never
/// got. So what lies at or above the highest durable place is copied into a new segment before anything is
/// served:
///
/// 1. its batches are written and fsynced, while the new segment's header is still zeros;
/// 2. the header is written and fsynced: it says where the old segment ends from now on;
/// 3. an empty batch is written and fsynced: it proves the header;
/// 4. another one is written and fsynced: it proves the first.
///
/// **A newest segment that nothing proves is dropped**: its header may be in the page cache alone, and nobody
/// was promised anything in it. So a power loss before 3 leaves a segment that is dropped, and the next
/// recovery begins again. But never the oldest, unless it is the first of all: older ones are deleted only when
/// the next one's header is durable.
///
/// **What was answered for** and is not there is told by the [LogMark] alone: then nothing in the folder is
/// changed, and every shard is stopped, as by damage.
///
/// **A proof may itself be in the page cache alone**: the batch that proves a segment's header was read, but if it
/// lies above the highest durable place it may not be on the disk. What it says is true, but after a power loss
/// nothing might say so any more. So where such batches alone prove the newest segment, a new one follows in the
/// same way, even with nothing to copy.
final class Recovery {
    private final Disk disk;
    private final Set<ShardId> founding;
    private final LongSupplier salts;
    private final LogSeal seal;
    private final @Nullable UUID boot;
    private final boolean heedsMark;
    private final LogContents contents = new LogContents();
    private final List<Long> segments = new ArrayList<>();
    private final Map<Long, SegmentHeader> headers = new HashMap<>();
    private final List<Damage> damages = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private final List<Long> unproven = new ArrayList<>();
    private LogFormat format = LogFormat.CURRENT;
    private @Nullable LogMark mark;
    private LogTail tail = LogTail.of(null, 0, true, false, null);
    private long lastWithRecords;
    private long beforeOldest;
    private long batches;
    private long records;

    /// @param founding the shards of a log that has no segment yet
    /// @param boot the machine's present one; null: not known
    /// @param heedsMark whether the log is held to what its mark says
    Recovery(
            Disk disk,
            Set<ShardId> founding,
            LongSupplier salts,
            LogSeal seal,
            @Nullable UUID boot,
            boolean heedsMark) {
        this.disk = disk;
        this.founding = founding;
        this.salts = salts;
        this.seal = seal;
        this.boot = boot;
        this.heedsMark = heedsMark;
    }

    RecoveredLog run() throws IOException {
        mark = heedsMark ? LogMark.read(disk, seal) : null;
        List<Long> files = segmentFiles();
        long newest = newestProven(files);
        if (newest == 0) {
            founding.forEach(shard -> contents.begin(ShardState.empty(shard.value())));
            Damage missing = tail(files.isEmpty() ? 1 : files.getFirst(), 0, 0, true, false);
            if (missing != null) {
                return lost(0, missing);
            }
            dropUnproven();
            return recovered(0, new Chain(0, 1, LogPosition.START), null, 0);
        }
        long oldest = files.getFirst();
        readHeaders(oldest, newest);
        for (long sequence = oldest; sequence < newest; sequence++) {
            readSealed(sequence, sequence == oldest);
        }
        return readNewest(newest, newest == oldest);
    }

    private List<Long> segmentFiles() throws IOException {
        return disk.list().stream()
                .map(SegmentName::sequence)
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .sorted()
                .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    }

    /// The newest segment but for those that hold nothing that anybody was promised.
    private long newestProven(List<Long> files) throws IOException {
        long oldest = files.isEmpty() ? 0 : files.getFirst();
        for (long sequence : files.reversed()) {
            boolean only = sequence == oldest && sequence > 1;
            if (only || proven(sequence)) {
                return sequence;
            }
            unproven.add(sequence);
        }
        return 0;
    }

    /// Newest first.
    private void dropUnproven() throws IOException {
        for (long sequence : unproven) {
            disk.delete(SegmentName.of(sequence));
            disk.syncFolder(); // one by one: a lower one must not go while a higher one stays
        }
    }

    /// Compares the log's end with its mark.
    ///
    /// @param last the number of the last batch with records; 0 when none is there
    /// @param whole whether an empty one, as closing writes it, comes last
    /// @return the damage, when something that was answered for is not there
    private @Nullable Damage tail(long sequence, long end, long last, boolean whole, boolean torn) {
        tail = LogTail.of(mark, last > 0 ? last : lastBefore(), whole, torn, boot);
        return tail.ending() != LogTail.Ending.SHORT
                ? null
                : damage(
                        sequence,
                        end,
                        "the log ends with batch " + tail.last() + " there, and callers were told of batches up to "
                                + tail.acknowledged() + " (at " + tail.markedAt()
                                + "); to go on without them, run mneme verify --accept tail");
    }

    /// The last batch with records, when it was in a segment that is gone because every shard had passed it: which
    /// one that was nobody says but the mark, and there were empty ones too.
    private long lastBefore() {
        return mark == null ? beforeOldest : Math.min(beforeOldest, mark.batch());
    }

    /// Whether a sound batch in it says that this segment's header was durable.
    private boolean proven(long sequence) throws IOException {
        try (SegmentReader reader = new SegmentReader(disk, sequence, seal)) {
            SegmentHeader header = reader.header();
            if (header == null) {
                return reader.highestClaim(0, null).segment() == sequence;
            }
            reader.expect(header.format());
            Chain chain = followAll(reader, header);
            return chain.claim().segment() == sequence
                    || reader.highestClaim(chain.end(), header.salt()).segment() == sequence;
        }
    }

    /// What comes last in a chain.
    private static final class LastBatches implements SegmentReader.Visitor {
        private long last;
        private boolean endsEmpty;

        LastBatches(long before) {
            last = before;
        }

        @Override
        public boolean batch(long offset, BatchHeader batch, ByteBuffer bytes) {
            endsEmpty = batch.records() == 0;
            last = endsEmpty ? last : batch.sequence();
            return true;
        }
    }

    private static Chain followAll(SegmentReader reader, SegmentHeader header) throws IOException {
        return reader.follow(Chain.empty(header), header.salt(), reader.size(), SegmentReader.Visitor.NONE);
    }

    private void readHeaders(long oldest, long newest) throws IOException {
        for (long sequence = oldest; sequence <= newest; sequence++) {
            segments.add(sequence);
            if (!disk.exists(SegmentName.of(sequence))) {
                continue;
            }
            try (SegmentReader reader = new SegmentReader(disk, sequence, seal)) {
                SegmentHeader header = reader.header();
                if (header != null) {
                    headers.put(sequence, header);
                }
            }
        }
    }

    /// A segment that a newer one follows: all of it, up to the end that the newer one names, was durable.
    private void readSealed(long sequence, boolean oldest) throws IOException {
        SegmentHeader header = headers.get(sequence);
        if (header == null) {
            damage(sequence, 0, unreadableHeader(sequence));
            return;
        }
        enter(header, oldest);
        SegmentHeader next = headers.get(sequence + 1);
        try (SegmentReader reader = new SegmentReader(disk, sequence, seal)) {
            reader.expect(header.format());
            long end = next == null ? reader.size() : next.previousEnd();
            Chain chain = reader.follow(Chain.empty(header), header.salt(), end, this::apply);
            if (next != null && (chain.end() != end || chain.nextBatch() != next.firstBatch())) {
                damage(sequence, chain.end(), "no sound batch is there, and the next segment says that there was one");
            }
        }
    }

    private RecoveredLog readNewest(long sequence, boolean oldest) throws IOException {
        SegmentHeader header = headers.get(sequence);
        if (header == null) {
            return lost(sequence, damage(sequence, 0, unreadableHeader(sequence)));
        }
        enter(header, oldest);
        try (SegmentReader reader = new SegmentReader(disk, sequence, seal)) {
            reader.expect(header.format());
            LastBatches seen = new LastBatches(lastWithRecords);
            Chain sound = reader.follow(Chain.empty(header), header.salt(), reader.size(), seen);
            LogPosition later = reader.highestClaim(sound.end(), header.salt());
            if (later.compareTo(new LogPosition(sequence, sound.end())) > 0) {
                String reason = "no sound batch is there, and a later one says that it was durable";
                return lost(sequence, damage(sequence, sound.end(), reason));
            }
            boolean torn = noteTornTail(reader, sound.end());
            Damage missing = tail(sequence, sound.end(), seen.last, seen.endsEmpty, torn);
            if (missing != null) {
                return lost(sequence, missing);
            }
            dropUnproven();
            LogPosition headerEnd = new LogPosition(sequence, header.length());
            LogPosition durable = sound.claim().max(header.durable()).max(headerEnd);
            Chain proven = reader.follow(Chain.empty(header), header.salt(), durable.offset(), this::apply);
            if (proven.end() != durable.offset()) {
                return lost(sequence, damage(sequence, proven.end(), "the batch there does not follow the one before"));
            }
            return copySuspects(reader, header, proven, oldest);
        }
    }

    /// Begins a segment: the shards must stand where its header says that they stood.
    private void enter(SegmentHeader header, boolean oldest) {
        format = header.format();
        if (oldest) {
            beforeOldest = header.firstBatch() - 1;
            header.shards().forEach(contents::begin);
            return;
        }
        Set<Integer> there = new HashSet<>();
        for (ShardState state : header.shards()) {
            there.add(state.id());
            enter(state, header);
        }
        contents.shards().stream()
                .map(ShardLog::id)
                .filter(id -> !there.contains(id))
                .toList()
                .forEach(contents::remove); // dropped in a damaged region
    }

    private void enter(ShardState state, SegmentHeader header) {
        ShardLog shard = contents.find(state.id());
        if (shard == null) { // opened in a damaged region
            contents.begin(ShardState.empty(state.id()));
            enter(state, header);
        } else if (shard.differs(state)) {
            shard.skipTo(state, damageBefore(header.sequence()));
        } else if (header.format().isCurrent()) {
            shard.adopt(state);
        }
    }

    private Damage damageBefore(long sequence) {
        return damages.isEmpty()
                ? damage(sequence - 1, 0, "its entries are not those that the next segment counts on")
                : damages.getLast();
    }

    private boolean noteTornTail(SegmentReader reader, long end) throws IOException {
        long torn = reader.endOfData(end) - end;
        if (torn > 0) {
            cuts.add(new Cut(reader.name(), end, torn));
        }
        return torn > 0;
    }

    private boolean apply(long offset, BatchHeader batch, ByteBuffer bytes) {
        int at = BatchHeader.LENGTH;
        int end = at + batch.recordBytes();
        for (int i = 0; i < batch.records(); i++) {
            LogRecord head = LogRecord.decode(bytes, at, end, format);
            if (head == null || !contents.accepts(head)) {
                return false;
            }
            contents.apply(head, new LogPosition(batch.segment(), offset + at), payload(head, bytes, at));
            at += head.length();
        }
        batches++;
        records += batch.records();
        lastWithRecords = batch.records() == 0 ? lastWithRecords : batch.sequence();
        return at == end;
    }

    /// Entries stay where they are.
    private static byte[] payload(LogRecord head, ByteBuffer bytes, int at) {
        byte[] payload = new byte[head.kind() == LogRecord.ENTRY ? 0 : head.payloadLength()];
        bytes.get(at + LogRecord.LENGTH, payload);
        return payload;
    }

    private RecoveredLog copySuspects(SegmentReader reader, SegmentHeader header, Chain proven, boolean oldest)
            throws IOException {
        List<RecoverySegment.Suspect> suspects = new ArrayList<>();
        reader.follow(proven, header.salt(), reader.size(), (offset, batch, bytes) -> {
            if (batch.records() > 0) {
                suspects.add(RecoverySegment.Suspect.copyOf(batch, bytes, header.format()));
            }
            return true;
        });
        boolean headerIsProven = oldest || proven.claim().segment() == header.sequence();
        if (suspects.isEmpty() && headerIsProven) {
            return recovered(header.sequence(), proven, null, 0);
        }
        RecoverySegment copy =
                new RecoverySegment(disk, header.sequence(), proven, salts.getAsLong(), contents.states(), seal);
        SegmentHeader copied = copy.write(suspects);
        long before = records;
        segments.add(copied.sequence());
        format = copied.format();
        try (SegmentReader again = new SegmentReader(disk, copied.sequence(), seal)) {
            again.expect(copied.format());
            Chain chain = again.follow(Chain.empty(copied), copied.salt(), again.size(), this::apply);
            if (chain.end() != again.size()) {
                throw new IOException("The file " + again.name()
                        + " was written and fsynced, but does not read back at " + chain.end() + ": check the disk.");
            }
            shorten(header.sequence(), proven.end());
            return recovered(copied.sequence(), chain, null, records - before);
        }
    }

    /// What was copied is void here. Not fsynced: the new segment says the same.
    private void shorten(long sequence, long end) throws IOException {
        try (Disk.File file = disk.open(SegmentName.of(sequence))) {
            file.truncate(end);
        }
    }

    private RecoveredLog lost(long newest, Damage damage) {
        contents.shards().forEach(shard -> shard.lose(damage));
        return recovered(newest, new Chain(0, 0, LogPosition.START), damage, 0);
    }

    private RecoveredLog recovered(long newest, Chain end, @Nullable Damage fatal, long copied) {
        var report = new RecoveryReport(segments.size(), batches, records, copied, cuts, damages, tail);
        return new RecoveredLog(segments, contents, newest, end.end(), end.nextBatch(), fatal, report);
    }

    private Damage damage(long sequence, long offset, String reason) {
        Damage damage = new Damage(SegmentName.of(sequence), offset, reason);
        damages.add(damage);
        return damage;
    }

    private String unreadableHeader(long sequence) throws IOException {
        return disk.exists(SegmentName.of(sequence))
                ? "the segment's header is damaged"
                : "the file is missing, and newer ones are there";
    }
}
