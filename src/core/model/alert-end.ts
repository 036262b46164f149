/** An alert and its end are two events; the end's ID is the alert's with this behind it, and so is its type. */
const END = ":resolved";
const END_TYPE = ".resolved";

/** The ID under which an alert's end is told. */
export function endOfAlert(id: string): string {
  return id + END;
}

/** The type of an alert's end. */
export function endTypeOfAlert(type: string): string {
  return type + END_TYPE;
}

/** Whether events of a type say that an alert has ended. */
export function isAlertEnd(type: string): boolean {
  return type.startsWith("alert.") && type.endsWith(END_TYPE);
}
