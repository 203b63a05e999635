package dev.mneme.core.spi;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import java.util.List;

/// What a store knows about data that were changed from outside: see [Store#integrity].
///
/// **Threads**: any.
public interface Integrity {
    /// For a store that makes no such claim.
    Integrity NONE = new Integrity() {
        @Override
        public Report report() {
            return new Report(0, 0, true, List.of(), List.of(), Evidence.NONE);
        }

        @Override
        public List<String> verify() {
            return List.of();
        }

        @Override
        public void accept(Owner owner, Provenance by) {
            // nothing is ever refused
        }

        @Override
        public void acceptKeys(Provenance by) {
            // nothing is ever refused
        }
    };

    Report report();

    /// Reads every row again, whatever was checked before. It costs about as much as the background check, but runs at
    /// full speed.
    ///
    /// Data that fail are no longer served from then on, and stay in [#report].
    ///
    /// @return what is wrong, in sentences that name the records
    List<String> verify();

    /// Accepts an owner's data as they are now, so that they are served again. Rows that cannot be read are removed,
    /// and so are the changes: clients that follow the owner read its state anew. It is logged like every command.
    void accept(Owner owner, Provenance by);

    /// Accepts the API keys as they are now. Keys whose rows were not written by this server are removed.
    void acceptKeys(Provenance by);

    /// @param checkedOwners how many owners the background check, which runs after each start, has been through
    /// @param owners how many there are: not fewer than were checked
    /// @param complete whether that check is finished
    /// @param problems what was found so far, in sentences that name the records
    /// @param unknown what cannot be known about the last stop, in sentences
    /// @param evidence what edits are measured by
    record Report(
            long checkedOwners,
            long owners,
            boolean complete,
            List<String> problems,
            List<String> unknown,
            Evidence evidence) {
        public Report {
            problems = List.copyOf(problems);
            unknown = List.copyOf(unknown);
        }
    }

    /// How edits can be detected, and how the last stop was.
    ///
    /// @param keyWithData whether the integrity key lies in the data folder: then whoever can write there can
    ///     replace it, and seal anything anew
    /// @param anchored whether an anchor elsewhere tells how far the folder has come: without one, an older copy is
    ///     not detected
    /// @param lastStop how the log ended
    /// @param uncertainStops how many stops so far left something unknown
    record Evidence(boolean keyWithData, boolean anchored, LastStop lastStop, int uncertainStops) {
        public static final Evidence NONE = new Evidence(true, false, LastStop.CLOSED, 0);
    }

    /// How the log ended before the present start.
    enum LastStop {
        /// It was closed, or is new.
        CLOSED,
        /// The process was killed; nothing acknowledged is missing.
        KILLED,
        /// It cannot be known whether something acknowledged is missing.
        UNCERTAIN
    }
}
