/// How answers look to a person: tables, sheets, times, progress.
@NullMarked
package dev.mneme.cli.view;

import org.jspecify.annotations.NullMarked;
