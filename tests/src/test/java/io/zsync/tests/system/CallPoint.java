package io.zsync.tests.system;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Where a fault strikes: at that call of any thread, because strace counts for each thread by itself. */
record CallPoint(String call, int ordinal) {
    /**
     * The points of a run like the one that was traced, for each kind of call as evenly as they come: every ordinal under
     * which some thread made a call that matters.
     */
    static List<CallPoint> of(SystemCalls calls, Predicate<SystemCalls.Call> matters, Random random) {
        Map<String, TreeSet<Integer>> ordinals = new TreeMap<>();
        Map<String, Integer> counters = new TreeMap<>();
        for (SystemCalls.Call call : calls.all()) {
            int ordinal = counters.merge(call.thread() + " " + call.name(), 1, Integer::sum);
            if (matters.test(call)) {
                ordinals.computeIfAbsent(call.name(), name -> new TreeSet<>()).add(ordinal);
            }
        }
        List<List<CallPoint>> byCall = new ArrayList<>();
        ordinals.forEach((call, numbers) -> {
            List<CallPoint> points = new ArrayList<>();
            numbers.forEach(number -> points.add(new CallPoint(call, number)));
            Collections.shuffle(points, random);
            byCall.add(points);
        });
        // A sample that is shorter than the kinds of calls is of other kinds with another seed.
        Collections.shuffle(byCall, random);
        List<CallPoint> points = new ArrayList<>();
        while (byCall.stream().anyMatch(list -> !list.isEmpty())) {
            byCall.stream().filter(list -> !list.isEmpty()).forEach(list -> points.add(list.removeLast()));
        }
        return points;
    }
}
