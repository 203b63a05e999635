export class Integration {}
