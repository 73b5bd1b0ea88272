// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A model's kernels are native code. When the processor refuses one of their instructions, the user
// should read which kernel it was and what to try, not "Illegal instruction".

#ifndef RDO_TOOLS_FAULT_H_
#define RDO_TOOLS_FAULT_H_

// Installs handlers of SIGILL, SIGSEGV, SIGBUS, SIGFPE and SIGTRAP on a stack of their own. A fault inside
// a kernel, or while an executable is loaded, prints one line and ends the process with exit code 1;
// elsewhere it is a defect of this program: the line says so, and the signal takes its usual course (core dump, exit by signal).
// Does nothing in builds with an address, memory or thread sanitizer, whose own reports say more.
//   thread  main, once
void rdo_tool_fault_install(void);

#endif  // RDO_TOOLS_FAULT_H_
