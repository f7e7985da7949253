package io.zsync.tests;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A program: runs one test method, whose class and name are its arguments, and says how that went. */
public final class OneTest {
    static final int GREEN = 0;
    static final int RED = 1;
    static final int SKIPPED = 3;

    private OneTest() {}

    public static void main(String[] arguments) {
        List<TestExecutionResult> results = new ArrayList<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(arguments[0]))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(isMethod(test, arguments[1])))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() == TestExecutionResult.Status.FAILED) {
                    results.add(result);
                }
            }
        });
        int exit = SKIPPED;
        for (TestExecutionResult result : results) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                result.getThrowable().ifPresent(failure -> System.out.println("FAILED: " + failure));
                exit = RED;
            } else if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL && exit == SKIPPED) {
                exit = GREEN;
            }
        }
        System.exit(exit);
    }

    private static boolean isMethod(TestDescriptor test, String name) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName().equals(name))
                .orElse(!test.isTest());
    }
}
